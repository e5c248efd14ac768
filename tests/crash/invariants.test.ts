/** The check that the tests of this folder rely on finds what is broken: each row here breaks one promise by hand. */
import { describe, expect, test } from 'vitest'
import { begin, freshId, hire } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const BREAKS: readonly (readonly [promise: string, sql: string])[] = [
  ['a held task has its worker and an attempt', 'DELETE FROM task_attempts'],
  ['an attempt under way belongs to a held task', `UPDATE task_history SET status = 'queued', worker_id = NULL`],
  ['attempts are numbered from 1 without holes', 'UPDATE task_attempts SET attempt = 2'],
  ['a held task is held by a worker that is on record', 'DELETE FROM workers'],
  ['a held task is held by a worker that is on record and not yet recovered', 'UPDATE workers SET recovered_at = 1'],
  [
    'an interrupted task waits for something',
    `UPDATE task_history SET status = 'interrupted', worker_id = NULL, interrupted_at = 1`,
  ],
  ['an active session belongs to an attempt', `UPDATE task_attempts SET status = 'failed', finished_at = 1`],
  [
    'an interrupted attempt has its incident',
    `UPDATE task_attempts SET status = 'interrupted', cause = 'proven', finished_at = 1`,
  ],
  ['a task was created once', `DELETE FROM task_events WHERE type = 'task.created'`],
  ['the history leads to the status', `DELETE FROM task_events WHERE type = 'task.started'`],
  ['every event of a task tells of one that exists', 'DELETE FROM task_history'],
  [
    'output belongs to an attempt',
    `INSERT INTO task_output (task_id, attempt, stream, sequence, message_id, data, at)
      VALUES ('nobody', 1, 'stdout', 1, 'm', 'x', 1)`,
  ],
]

forEachDialect('the check of the invariants', (open) => {
  test('finds nothing in a ledger that is whole', async () => {
    await expect(checkInvariants(await openAtWork(open))).resolves.toBeUndefined()
  })

  describe('finds', () => {
    test.each(BREAKS)('that not %s', async (promise, sql) => {
      const ledger = await openAtWork(open)
      await ledger.sql(sql)
      await expect(checkInvariants(ledger)).rejects.toThrow(promise)
    })
  })
})

/** One task under way with its session. */
async function openAtWork(open: () => Promise<Ledger>): Promise<Ledger> {
  const ledger = await open()
  const worker = await hire(ledger)
  await begin(ledger, { start: { workerId: worker.id, sessionId: freshId('session') } }, worker)
  return ledger
}
