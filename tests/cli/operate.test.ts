/** The commands of an operator: what they send, what they show, how they end. */
import { describe, expect, test } from 'vitest'
import { problem, taskRecord, workerRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
const rollcall = async (...args: string[]) => {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  const code = await run.ended
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}

const interrupted = taskRecord({
  id: 'task-1',
  title: 'Fix login \u4f60\u597d',
  status: 'interrupted',
  repo: 'acme/api',
  issueNumber: 1104,
  startedAt: '2026-11-21T08:00:00.000Z',
  interruptedAt: '2026-11-21T08:36:12.000Z',
  errorClass: 'Signal',
  errorMessage: 'ended by \u001b[31mSIGKILL\nnow',
  nextAction: 'reassign',
  nextAt: '2026-11-21T08:36:22.000Z',
  nextReason: 'retry 1 of 1',
})

describe('rollcall tasks', () => {
  test('lists by a saved view, one’s own before a shared one, and says which there are', async () => {
    const at = '2026-11-21T08:00:00.000Z'
    const common = { shared: true, isDefault: false, createdAt: at, updatedAt: at }
    const ours = { ...common, id: 'v1', name: 'Failing', filters: { status: 'failed' }, owner: 'bob', mine: false }
    const mine = { ...ours, id: 'v2', filters: { status: 'failed', repo: 'acme/api' }, owner: 'ada', mine: true }
    const twice = ['v3', 'v4'].map((id) => ({ ...ours, id, name: 'Twice', owner: id }))
    t.ledger.on({
      listViews: () => ({ views: [ours, mine, ...twice], nextCursor: null }),
      listTasks: () => ({ tasks: [], nextCursor: null }),
    })
    expect(await rollcall('tasks', '--view', 'Failing', '--agent', 'coder')).toMatchObject({ code: 0 })
    expect(await rollcall('tasks', '--view', 'v1')).toMatchObject({ code: 0 })
    expect(t.ledger.inputs('listTasks')).toEqual([
      { status: 'failed', repo: 'acme/api', agent: 'coder' },
      { status: 'failed' },
    ])
    expect((await rollcall('tasks', '--view', 'Twice')).stderr).toContain('v3 of v3, v4 of v4')
    expect((await rollcall('tasks', '--view', 'None')).stderr).toContain('there are “Failing”')
  })

  test('passes the filters on and shows an aligned table in UTC without colours', async () => {
    t.ledger.on({
      listTasks: () => ({ tasks: [interrupted, taskRecord({ id: 'a-longer-id', title: 'B' })], nextCursor: 'c1' }),
    })
    const { code, stdout } = await rollcall(
      'tasks',
      '--status',
      'interrupted,running',
      '--issue',
      '1104',
      '--limit',
      '2',
    )
    expect(code).toBe(0)
    expect(t.ledger.inputs('listTasks')).toEqual([{ status: 'interrupted,running', issue: '1104', limit: '2' }])
    const [head, first, second, more] = stdout.split('\n')
    expect(head).toMatch(/^ID {11}STATUS {7}ATTEMPT {2}ABOUT {10}TITLE/)
    expect(first).toContain('task-1       interrupted  1        acme/api#1104  Fix login 你好')
    expect(first).toContain('2026-11-21 08:00:00Z  36m12s')
    expect(second).toContain('a-longer-id  running      1        —              B ')
    expect(more).toBe('more: rollcall tasks --cursor c1 (with the same filters)')
    expect(stdout).not.toContain('\u001b')
  })

  test('prints the answer as it is with --json', async () => {
    t.ledger.on({ listTasks: () => ({ tasks: [interrupted], nextCursor: null }) })
    const { stdout } = await rollcall('tasks', '--json')
    expect(JSON.parse(stdout)).toEqual({ tasks: [interrupted], nextCursor: null })
  })

  test('says when there are none', async () => {
    t.ledger.on({ listTasks: () => ({ tasks: [], nextCursor: null }) })
    expect(await rollcall('tasks')).toMatchObject({ code: 0, stdout: 'no tasks\n' })
  })

  test('ends with 64 when the ledger calls a filter wrong, with 69 when it cannot be reached', async () => {
    t.ledger.on({ listTasks: () => problem('validation', 'since: must be an instant with an offset') })
    const wrong = await rollcall('tasks', '--since', 'yesterday')
    expect(wrong).toMatchObject({ code: 64 })
    expect(wrong.stderr).toBe('rollcall: since: must be an instant with an offset (validation)\n')
    await t.ledger.stop()
    expect(await rollcall('tasks')).toMatchObject({ code: 69 })
  })
})

describe('rollcall task', () => {
  test('shows what happens next and why, and lets no control character through', async () => {
    t.ledger.on({
      getTask: () => ({
        task: interrupted,
        attempts: [],
        session: null,
        compensations: [],
        lateReports: [],
        successorId: null,
      }),
      listEvents: () => ({ events: [], nextCursor: null }),
    })
    const { stdout } = await rollcall('task', 'task-1')
    expect(stdout).toContain('next      reassign at 2026-11-21 08:36:22Z: retry 1 of 1\n')
    expect(stdout).toContain('error     Signal: ended by  [31mSIGKILL now\n')
  })

  test('ends with 1 when there is no such task', async () => {
    t.ledger.on({ getTask: () => problem('not_found', 'no task has the id nope') })
    expect(await rollcall('task', 'nope')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rollcall: no task has the id nope (not_found)\n',
    })
  })
})

describe('the acts of an operator', () => {
  test('need a reason', async () => {
    const { code, stderr } = await rollcall('fail', 'task-1')
    expect(code).toBe(64)
    expect(stderr).toContain("required option '--reason <text>'")
    expect(t.ledger.calls).toEqual([])
  })

  test.each([
    [['fail', 'a', '--reason', 'why'], 'failTask', { taskId: 'a', reason: 'why' }],
    [['cancel', 'a', '--reason', 'why'], 'cancelTask', { taskId: 'a', reason: 'why' }],
    [['reassign', 'a', '--reason', 'why'], 'reassignTask', { taskId: 'a', reason: 'why' }],
    [
      ['reassign', 'a', '--reason', 'why', '--worker', 'w', '--hold-ms', '10000'],
      'reassignTask',
      { taskId: 'a', reason: 'why', workerId: 'w', holdMs: 10_000 },
    ],
  ] as const)('%s are sent as the contract says', async (args, name, input) => {
    t.ledger.on({ [name]: () => ({ task: taskRecord({ id: 'a' }) }) })
    expect(await rollcall(...args)).toMatchObject({ code: 0 })
    expect(t.ledger.inputs(name)).toEqual([input])
  })

  test('notes carry the reason as their text', async () => {
    const event = {
      ...{ id: '1', type: 'task.noted', taskId: 'a', attempt: null, workerId: null, fromStatus: null, toStatus: null },
      ...{
        incidentId: null,
        actor: { kind: 'token', name: 'ops' },
        reason: 'seen',
        data: {},
        at: '2026-11-21T08:00:00.000Z',
      },
    }
    t.ledger.on({ noteTask: () => ({ event }) })
    expect(await rollcall('note', 'a', '--reason', 'seen')).toMatchObject({ code: 0, stdout: 'a  noted\n' })
    expect(t.ledger.inputs('noteTask')).toEqual([{ taskId: 'a', text: 'seen' }])
  })

  test('go on after a refusal and end with 1', async () => {
    t.ledger.on({
      failTask: ({ taskId }) =>
        taskId === 'sealed'
          ? problem('sealed_task', 'the task is sealed as success')
          : { task: taskRecord({ id: 'b' }) },
    })
    expect(await rollcall('fail', 'sealed', 'b', '--reason', 'why')).toEqual({
      code: 1,
      stdout: 'b  failed\n',
      stderr: 'rollcall: sealed: the task is sealed as success (sealed_task)\n',
    })
    const { code, stdout } = await rollcall('fail', 'sealed', 'b', '--reason', 'why', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { id: 'sealed', error: { code: 'sealed_task', detail: 'the task is sealed as success' } },
      { id: 'b', task: { id: 'b' } },
    ])
  })

  test('tell wrong usage from a refusal, which counts for more', async () => {
    t.ledger.on({
      failTask: ({ taskId }) =>
        taskId === 'sealed' ? problem('sealed_task', 'sealed') : problem('validation', 'reason: is empty'),
    })
    expect((await rollcall('fail', 'a', 'b', '--reason', '')).code).toBe(64)
    expect((await rollcall('fail', 'a', 'sealed', 'b', '--reason', '')).code).toBe(1)
  })

  test('stop at the first answer that says that the token may not', async () => {
    t.ledger.on({ failTask: () => problem('forbidden', 'a worker token may not fail tasks') })
    expect(await rollcall('fail', 'a', 'b', '--reason', 'why')).toMatchObject({ code: 77 })
    expect(t.ledger.inputs('failTask')).toHaveLength(1)
  })
})

describe('workers and recovery', () => {
  test('rollcall workers shows who holds what', async () => {
    const worker = workerRecord({ id: 'w-1', name: 'dev-1/4411', skills: ['build', 'test'], held: 2, slots: 4 })
    t.ledger.on({ listWorkers: () => ({ workers: [worker], nextCursor: null }) })
    const { stdout } = await rollcall('workers')
    expect(stdout.split('\n')[1]).toMatch(/^w-1 {2}dev-1\/4411 {2}alive {2}2\/4 {4}host {2}1 {4}build test {2}20/)
  })

  test('rollcall drain drains a worker', async () => {
    t.ledger.on({ drainWorker: () => ({ worker: workerRecord({ id: 'w-1', state: 'draining', held: 1 }) }) })
    expect(await rollcall('drain', 'w-1', '--reason', 'upgrade')).toMatchObject({
      code: 0,
      stdout: 'w-1  host/1 drains; it still holds 1\n',
    })
    expect(t.ledger.inputs('drainWorker')).toEqual([{ workerId: 'w-1', reason: 'upgrade' }])
  })

  test('rollcall recover prints each hint and the counts', async () => {
    const at = '2026-11-21T08:00:00.000Z'
    const recoveryRun = {
      ...{ id: 'r', trigger: 'manual', dryRun: true, startedAt: at, finishedAt: at, workersDead: 1, interrupted: 2 },
      ...{ quarantined: 0, reassigned: 1, suspects: 0, waiting: 0, errors: [] },
      hints: [{ taskId: 'a', text: '[recovery] task a interrupted' }],
    }
    t.ledger.on({ recover: () => ({ recoveryRun }) })
    expect(await rollcall('recover', '--dry-run')).toMatchObject({
      code: 0,
      stdout:
        '[recovery] task a interrupted\nwould find: dead workers 1 · interrupted 2 · reassigned 1 · quarantined 0 · errors 0\n',
    })
    expect(t.ledger.inputs('recover')).toEqual([{ dryRun: true }])
  })
})

describe('help', () => {
  test.each([[['--help']], [['run', '--help']], [['work', '--help']], [['tasks', '--help']]])(
    '%s teaches with examples',
    async (args) => {
      const { code, stdout } = await rollcall(...args)
      expect(code).toBe(0)
      expect(stdout).toContain('\nExamples:\n  rollcall ')
    },
  )

  test('--help lists every exit code', async () => {
    const { stdout } = await rollcall('--help')
    for (const code of ['0', '1', '64', '69', '70', '77']) expect(stdout).toMatch(new RegExp(`^  ${code} +\\S`, 'm'))
  })
})
