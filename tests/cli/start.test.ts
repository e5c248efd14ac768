/** Nothing runs that is not on record. */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { LOST, problem, taskRecord } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()

describe('a start that is not on record', () => {
  const marked = (...options: string[]) =>
    t.shell(`touch ${t.file('started')}`, ['--start-timeout-ms', '600', ...options])

  test('is not run when nothing listens there: exit 69 and a clear sentence', async () => {
    await t.ledger.stop()
    const tracked = marked()
    expect(await tracked.ended).toBe(69)
    expect(tracked.stderr()).toContain(
      `rollcall: the start could not be put on record: ${t.ledger.url} cannot be reached: nothing listens there\nrollcall: the command was not run. “rollcall doctor” says what is amiss here.\n`,
    )
    expect(existsSync(t.file('started'))).toBe(false)
  })

  test('is not run without a token, nor with one that may not: exit 77', async () => {
    const env = { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: '' }
    const without = t.cli.start(['run', '--', 'touch', t.file('started')], { env })
    expect(await without.ended).toBe(77)
    expect(without.stderr()).toMatch(/^rollcall: ROLLCALL_TOKEN is not set: /)
    t.ledger.on({ registerWorker: () => problem('forbidden', 'a viewer may not register workers') })
    expect(await marked().ended).toBe(77)
    expect(existsSync(t.file('started'))).toBe(false)
  })

  test('is not run when the ledger refuses it as a duplicate: exit 1', async () => {
    t.ledger.on({ createTask: () => problem('duplicate_task', 'the id task-1 is taken') })
    const tracked = marked('--id', 'task-1')
    expect(await tracked.ended).toBe(1)
    expect(tracked.stderr()).toContain('the id task-1 is taken (duplicate_task)')
    expect(existsSync(t.file('started'))).toBe(false)
  })

  test('is not run when the ledger stays unable to write: exit 69', async () => {
    t.ledger.on({ createTask: () => problem('unavailable', 'the disk is full') })
    const tracked = marked()
    expect(await tracked.ended).toBe(69)
    expect(tracked.stderr()).toContain('the disk is full')
    expect(existsSync(t.file('started'))).toBe(false)
  })

  test('is not run when a signal comes first, and ends as that signal would', async () => {
    await t.ledger.stop()
    const tracked = t.shell(`touch ${t.file('started')}`)
    await eventually('it tries again', () => tracked.stderr().includes('trying again'))
    tracked.process.kill('SIGTERM')
    expect(await tracked.ended).toBe(143)
    expect(tracked.stderr()).toContain('the command was not run')
    expect(existsSync(t.file('started'))).toBe(false)
  })

  test('ends with 64 for wrong usage', async () => {
    expect(await t.cli.start(['run', '--issue', 'abc', '--', 'true']).ended).toBe(64)
    expect(await t.cli.start(['run']).ended).toBe(64)
    expect(await t.cli.start(['nonsense']).ended).toBe(64)
  })
})

describe('a start whose answer was lost', () => {
  /** The first answer is lost after the task was written; the id is then taken. */
  function loseFirst(found: Parameters<typeof taskRecord>[0]) {
    let asked = 0
    t.ledger.on({
      createTask: () => (asked++ === 0 ? LOST : problem('duplicate_task', 'the id is taken')),
      getTask: ({ taskId }) => ({
        task: taskRecord({ id: String(taskId), ...found }),
        attempts: [],
        session: null,
        compensations: [],
        lateReports: [],
        successorId: null,
      }),
    })
  }

  test('goes on when the task is on record as attempt 1 of this very worker', async () => {
    loseFirst({ status: 'running', attempt: 1, workerId: 'worker-1' })
    const tracked = t.shell('echo ran')
    expect(await tracked.ended).toBe(0)
    expect(tracked.stdout()).toBe('ran\n')
    const ids = t.ledger.inputs('createTask').map(({ id }) => id)
    expect(new Set(ids).size).toBe(1)
    expect(t.report()).toMatchObject({ taskId: ids[0], outcome: 'success' })
  })

  test.each([
    ['another worker', { workerId: 'worker-9' }],
    ['a later attempt', { attempt: 2 }],
    ['nobody any more', { status: 'interrupted' as const }],
  ])('is not run when the task is held by %s', async (_, found) => {
    loseFirst({ status: 'running', attempt: 1, workerId: 'worker-1', ...found })
    const tracked = t.shell(`touch ${t.file('started')}`)
    expect(await tracked.ended).toBe(1)
    expect(existsSync(t.file('started'))).toBe(false)
  })
})
