/** Agent sessions on record by their hooks: what the ledger is told, and what the agent must never notice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { beat, problem, registration, taskRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
let agent: ChildProcess
beforeEach(() => {
  agent = spawn('sleep', ['600'], { stdio: 'ignore' })
  t.ledger.on({
    reportProgress: ({ taskId }) => ({ task: taskRecord({ id: String(taskId) }) }),
    getTask: ({ taskId }) => ({
      task: taskRecord({ id: String(taskId) }),
      attempts: [],
      session: null,
      compensations: [],
    }),
  })
})
afterEach(async () => {
  if (agent.exitCode === null && agent.signalCode === null) {
    agent.kill('SIGKILL')
    await once(agent, 'exit')
  }
  await eventually('no keeper is left', () => keepers().length === 0)
})

const env = (more = {}) => ({
  ROLLCALL_URL: t.ledger.url,
  ROLLCALL_TOKEN: 'rc_test',
  ROLLCALL_STATE_PATH: t.file('state'),
  ...more,
})
async function hook(event: string, fields: object = {}, options: { args?: string[]; env?: object } = {}) {
  const input = JSON.stringify({ session_id: 's-1', hook_event_name: event, cwd: t.file('work'), ...fields })
  const args = ['hook', '--agent-pid', String(agent.pid), ...(options.args ?? [])]
  const run = t.cli.start(args, { env: env(options.env), input })
  return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
}
const QUIET = { code: 0, stdout: '', stderr: '' }
const log = () => readFileSync(t.file('state/hook.log'), 'utf8')
const created = () => t.ledger.inputs('createTask')
const phases = () => t.ledger.inputs('reportProgress').map(({ phase }) => phase)

/** Processes that keep a session of this test. */
function keepers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => wordsOf(pid).includes('--keep') && environmentOf(pid).includes(t.file('state')))
}
const wordsOf = (pid: number) => read(`/proc/${pid}/cmdline`).split('\0')
const environmentOf = (pid: number) => read(`/proc/${pid}/environ`)
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

describe('a session', () => {
  test('is a task with its session, its folder and its repository when its first hook returns', async () => {
    mkdirSync(t.file('work/.git'), { recursive: true })
    writeFileSync(
      t.file('work/.git/config'),
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@example.org:acme/api.git\n',
    )
    expect(await hook('SessionStart', { source: 'startup', model: 'opus-5' })).toEqual(QUIET)
    expect(created()).toMatchObject([
      {
        title: 'Claude Code session in work',
        repo: 'acme/api',
        agent: 'claude-code',
        model: 'opus-5',
        strategy: 'hold-for-operator',
        start: { workerId: 'worker-1', sessionId: 's-1' },
      },
    ])
    expect(await hook('SessionEnd', { reason: 'logout' })).toEqual(QUIET)
  })

  test('says what it does, and ends as a success with its turns and cost', async () => {
    await hook('SessionStart')
    await hook('UserPromptSubmit', { prompt: 'a secret plan' })
    await hook('PreToolUse', { tool_name: 'Bash', tool_input: { command: 'cat secret' } })
    await eventually('the tool is told', () => phases().includes('tool: Bash'))
    await hook('PostToolUse', { tool_name: 'Bash', tool_response: 'secret' })
    await hook('SubagentStop')
    await hook('Stop')
    await hook('SessionEnd', { reason: 'prompt_input_exit', total_cost_usd: 0.42 })
    expect(t.report()).toMatchObject({ outcome: 'success', turns: 1, costUsd: 0.42 })
    expect(created()).toHaveLength(1)
    expect(JSON.stringify(t.ledger.calls)).not.toContain('secret')
  })

  test('takes turns and cost from the agent where it gives them, and leaves unknown what nobody gives', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop', { num_turns: 7, cost: { total_cost_usd: 1.5 }, usage: { input_tokens: 10, output_tokens: 20 } })
    await hook('SessionEnd')
    expect(t.report()).toMatchObject({ turns: 7, costUsd: 1.5, tokensIn: 10, tokensOut: 20 })
    await hook('SessionStart', { session_id: 's-2' })
    await hook('SessionEnd', { session_id: 's-2' })
    expect(t.report()).not.toHaveProperty('turns')
    expect(t.report()).not.toHaveProperty('costUsd')
  })

  test('is interrupted when its agent is killed in the middle of a turn, and no hook tells of it', async () => {
    await hook('UserPromptSubmit')
    agent.kill('SIGKILL')
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'interrupted', reason: expect.stringContaining('middle of a turn') })
  })

  test('is a success when its agent went after its last turn, without a SessionEnd', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop')
    agent.kill('SIGTERM')
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'success', turns: 1 })
  })

  test('keeps its lease while no hook comes, by one keeper alone', async () => {
    await Promise.all([hook('SessionStart'), hook('UserPromptSubmit'), hook('PreToolUse', { tool_name: 'Read' })])
    const before = t.ledger.inputs('heartbeat').length
    await eventually('heartbeats go on', () => t.ledger.inputs('heartbeat').length > before + 10)
    expect(keepers()).toHaveLength(1)
    expect(created()).toHaveLength(1)
    await hook('SessionEnd')
  })

  test('goes on as the same task under the next keeper when its keeper was killed', async () => {
    await hook('UserPromptSubmit')
    await hook('Stop')
    await eventually('the turn is told', () =>
      JSON.stringify(t.ledger.inputs('reportProgress').at(-1)).includes('"turns":1'),
    )
    const [keeper = 0] = keepers()
    process.kill(keeper, 'SIGKILL')
    await eventually('it is gone', () => keepers().length === 0)
    t.ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: ({ taskId }) => ({
        task: taskRecord({ id: String(taskId), attempt: 2 }),
        attempt: 2,
        resume: null,
      }),
    })
    await hook('UserPromptSubmit')
    await hook('Stop')
    await hook('SessionEnd')
    expect(created()).toHaveLength(1)
    expect(t.ledger.inputs('startAttempt')).toMatchObject([{ taskId: created()[0]?.id, reattach: { attempt: 1 } }])
    expect(t.report()).toMatchObject({ taskId: created()[0]?.id, attempt: 2, outcome: 'success', turns: 2 })
  })

  test('is asked to end, by a signal to its agent, when an operator cancels the task', async () => {
    await hook('UserPromptSubmit')
    t.ledger.on({ heartbeat: (input) => beat(input, 'cancel') })
    expect(await once(agent, 'exit')).toEqual([null, 'SIGTERM'])
    await eventually('it is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'cancelled' })
  })

  test("is on record without its session when that one is somebody else's", async () => {
    t.ledger.on({
      createTask: ({ id, start }) =>
        (start as { sessionId?: string }).sessionId
          ? problem('lease_conflict', 'session s-1 was invalidated')
          : { task: taskRecord({ id: String(id) }) },
    })
    await hook('SessionStart')
    expect(created().at(-1)?.start).toEqual({ workerId: 'worker-1' })
    await hook('SessionEnd')
    expect(t.report()).toMatchObject({ outcome: 'success' })
  })

  test('is added to the task of the rollcall run that it runs in', async () => {
    t.ledger.on({ linkSession: () => ({ session: sessionRecord() }) })
    const within = { env: { ROLLCALL_TASK_ID: 'outer', ROLLCALL_ATTEMPT: '1' } }
    await hook('SessionStart', {}, within)
    await hook('UserPromptSubmit', {}, within)
    await hook('Stop', { num_turns: 3 }, within)
    await hook('SessionEnd', {}, within)
    await eventually('its turns are told', () => t.ledger.inputs('reportProgress').some(({ turns }) => turns === 3))
    expect(t.ledger.inputs('linkSession')).toMatchObject([{ taskId: 'outer', attempt: 1, sessionId: 's-1' }])
    expect([created(), t.ledger.inputs('finishAttempt'), t.ledger.inputs('registerWorker')]).toEqual([[], [], []])
  })

  test('finds its agent among its parents, behind the shell that runs the hook', async () => {
    const json = JSON.stringify({ session_id: 's-1', hook_event_name: 'UserPromptSubmit' })
    const line = `printf '%s' '${json}' | "${process.execPath}" "${t.cli.file}" hook; true`
    const script = `require('child_process').execSync(${JSON.stringify(line)}); process.stdout.write('ready'); setTimeout(() => {}, 60000)`
    const parent = spawn(process.execPath, ['-e', script], { env: { ...process.env, ...env() } })
    await once(parent.stdout, 'data')
    expect(created()).toHaveLength(1)
    expect(t.report()).toBeUndefined()
    parent.kill('SIGKILL')
    await eventually('its end is told', () => t.report())
    expect(t.report()).toMatchObject({ outcome: 'interrupted' })
  })
})

describe('the agent never notices', () => {
  test.each([
    ['what is no JSON', 'not json', 'JSON'],
    ['an event that is not known', '{"session_id":"s","hook_event_name":"Other"}', '"Other" is not known'],
    ['a hook without a session', '{"hook_event_name":"Stop"}', 'no session_id'],
    ['an end of a session that is not on record', '{"session_id":"s","hook_event_name":"Stop"}', 'not on record'],
  ])('%s', async (_, input, sentence) => {
    const run = t.cli.start(['hook'], { env: env(), input })
    expect([await run.ended, run.stdout(), run.stderr()]).toEqual([0, '', ''])
    expect(log()).toContain(sentence)
    expect(t.ledger.calls).toEqual([])
  })

  test('a ledger that does not answer', async () => {
    await t.ledger.stop()
    const startedAt = performance.now()
    expect(await hook('UserPromptSubmit')).toEqual(QUIET)
    expect(await hook('Stop')).toEqual(QUIET)
    expect(performance.now() - startedAt).toBeLessThan(6000)
    for (const keeper of keepers()) process.kill(keeper, 'SIGTERM')
  })

  test('a token that is missing, or a state folder that cannot be made', async () => {
    expect(await hook('SessionStart', {}, { env: { ROLLCALL_TOKEN: '' } })).toEqual(QUIET)
    await eventually('it is in the log', () => log().includes('ROLLCALL_TOKEN is not set'))
    writeFileSync(t.file('taken'), '')
    expect(await hook('SessionStart', {}, { env: { ROLLCALL_STATE_PATH: t.file('taken') } })).toEqual(QUIET)
    rmSync(dirname(t.file('state/x')), { recursive: true })
  })
})

test('the settings name every event, with the options that they were asked with', async () => {
  const run = t.cli.start(['hook', '--print-settings', '--label', 'team=core'])
  expect(await run.ended).toBe(0)
  const { hooks } = JSON.parse(run.stdout())
  expect(Object.keys(hooks)).toEqual([
    'SessionStart',
    'UserPromptSubmit',
    'PreToolUse',
    'PostToolUse',
    'Stop',
    'SubagentStop',
    'SessionEnd',
  ])
  expect(hooks.PreToolUse).toEqual([
    { matcher: '*', hooks: [{ type: 'command', command: 'rollcall hook --label team=core', timeout: 10 }] },
  ])
})

function sessionRecord() {
  const at = new Date().toISOString()
  return {
    id: 's-1',
    provider: null,
    taskId: 'outer',
    workerId: 'worker-1',
    attempt: 1,
    status: 'active',
    reason: null,
    linkedAt: at,
    endedAt: null,
  }
}
