/** The databases hold the line themselves: what the ledger would never write is refused to a hand at the keyboard too. */
import { describe, expect, it } from 'vitest'
import { reassignTask } from '#lib/ledger/index.ts'
import {
  DEATH_KINDS,
  NEXT_ACTIONS,
  RECOVERY_TRIGGERS,
  ROLES,
  SESSION_STATUSES,
  STREAMS,
  WORKER_STATES,
} from '#lib/task/schema.ts'
import { ATTEMPT_STATUSES, TASK_STATUSES } from '#lib/task/states.ts'
import { begin, finish, hire } from '../support/factories.ts'
import { type DialectName, forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

/** The words that a CHECK of the live database lists. */
async function wordsOf(dialect: DialectName, { sql }: Ledger, table: string, constraint: string): Promise<string[]> {
  const text =
    dialect === 'sqlite'
      ? `SELECT sql AS text FROM sqlite_master WHERE name = '${table}'`
      : `SELECT '"${constraint}" ' || pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = '${constraint}'`
  const [row] = await sql(text)
  const definition = String(row?.text)
    .split('CONSTRAINT ')
    .find((part) => part.startsWith(`"${constraint}"`))
  return [...new Set([...(definition ?? '').matchAll(/'([a-z_]+)'/g)].map(([, word = '']) => word))].sort()
}

forEachDialect('the words of the database', (open, dialect) => {
  it.each([
    ['task_history', 'task_history_status', TASK_STATUSES],
    ['task_history', 'task_history_next', NEXT_ACTIONS],
    ['task_attempts', 'task_attempts_status', ATTEMPT_STATUSES],
    ['workers', 'workers_state', WORKER_STATES],
    ['workers', 'workers_death', ['dead', ...DEATH_KINDS]],
    ['sessions', 'sessions_status', SESSION_STATUSES],
    ['task_output', 'task_output_stream', STREAMS],
    ['recovery_runs', 'recovery_runs_trigger', RECOVERY_TRIGGERS],
    ['tokens', 'tokens_role', ROLES],
  ] as const)('of %s, %s, are those of the code', async (table, constraint, words) => {
    expect(await wordsOf(dialect, await open(), table, constraint)).toEqual([...words].sort())
  })
})

forEachDialect('an update by hand', (open) => {
  const outcomes = [
    { outcome: 'success' },
    { outcome: 'cancelled' },
    { outcome: 'aborted_no_skill' },
    { outcome: 'failed', maxRetries: 0 },
  ] as const

  it.each(outcomes)('cannot change a task that is sealed as $outcome', async ({ outcome, ...changes }) => {
    const ledger = await open()
    const { ref } = await begin(ledger, changes)
    await finish(ledger, ref, { outcome })
    const before = await rowsOf(ledger, 'task_history')
    for (const set of ["status = 'running', sealed_at = NULL, finished_at = NULL", "title = 'x'", 'attempt = 5']) {
      await expect(ledger.sql(`UPDATE task_history SET ${set}`)).rejects.toThrow(/sealed_task/)
    }
    expect(await rowsOf(ledger, 'task_history')).toEqual(before)
  })

  it('cannot change an attempt that has ended', async () => {
    const ledger = await open()
    await finish(ledger, (await begin(ledger)).ref)
    const change = ledger.sql("UPDATE task_attempts SET status = 'running', finished_at = NULL")
    await expect(change).rejects.toThrow(/sealed_task/)
    await expect(ledger.sql('UPDATE task_attempts SET cost_usd = 5')).rejects.toThrow(/sealed_task/)
  })

  it('cannot change history', async () => {
    const ledger = await open()
    await begin(ledger)
    await expect(ledger.sql("UPDATE task_events SET reason = 'nothing happened'")).rejects.toThrow(/only ever appended/)
  })

  it('cannot take an attempt number back', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    await reassignTask(ledger.context, { taskId: ref.taskId, reason: 'again' })
    await ledger.sql(`UPDATE task_history SET status = 'running', attempt = 2, worker_id = '${worker.id}'`)
    await expect(ledger.sql('UPDATE task_history SET attempt = 1')).rejects.toThrow(/fence_rejected/)
  })

  it.each([
    ['an unknown status', "UPDATE task_history SET status = 'lost'"],
    ['sealed_at on what runs', 'UPDATE task_history SET sealed_at = 1'],
    ['success without sealed_at', "UPDATE task_history SET status = 'success', finished_at = 1, worker_id = NULL"],
    ['success without finished_at', "UPDATE task_history SET status = 'success', sealed_at = 1, worker_id = NULL"],
    ['finished_at on what runs', 'UPDATE task_history SET finished_at = 1'],
    [
      'finished_at on what is interrupted',
      "UPDATE task_history SET status = 'interrupted', interrupted_at = 1, finished_at = 1, worker_id = NULL",
    ],
    ['interrupted without a time', "UPDATE task_history SET status = 'interrupted', worker_id = NULL"],
    ['running without a worker', 'UPDATE task_history SET worker_id = NULL'],
    ['a worker on what is queued', "UPDATE task_history SET status = 'queued'"],
    ['more retries than there are', 'UPDATE task_history SET retries_used = 2'],
    ['fewer interruptions than none', 'UPDATE task_history SET interruptions = -1'],
    ['less blame than none', 'UPDATE task_history SET blame_ppm = -1'],
    ['an unknown next action', "UPDATE task_history SET next_action = 'pray'"],
    ['an unknown attempt status', "UPDATE task_attempts SET status = 'queued'"],
    ['an ended attempt without a time', "UPDATE task_attempts SET status = 'success'"],
    ['a time on an attempt under way', 'UPDATE task_attempts SET finished_at = 1'],
    ['an unknown worker state', "UPDATE workers SET state = 'asleep'"],
    ['a dead worker without a kind of death', "UPDATE workers SET state = 'dead', ended_at = 1"],
    ['a kind of death on a worker that lives', "UPDATE workers SET death_kind = 'proven'"],
    ['a stopped worker without a time', "UPDATE workers SET state = 'stopped'"],
    [
      'a second attempt under way',
      "INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at) SELECT task_id, 2, worker_id, 'r', 'running', 1, 1 FROM task_attempts",
    ],
    [
      'the same attempt a second time',
      "INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at, finished_at) SELECT task_id, 1, worker_id, 'r', 'success', 1, 1, 1 FROM task_attempts",
    ],
    [
      'an attempt of no task',
      "INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, started_at, progress_at) VALUES ('no-task', 1, 'w', 'r', 'running', 1, 1)",
    ],
    ['a second clock', 'INSERT INTO ledger_clock (id, swept_at) VALUES (2, 1)'],
  ])('cannot write %s', async (_what, text) => {
    const ledger = await open()
    await begin(ledger)
    const before = [await rowsOf(ledger, 'task_history'), await rowsOf(ledger, 'task_attempts')]
    await expect(ledger.sql(text)).rejects.toThrow()
    expect([await rowsOf(ledger, 'task_history'), await rowsOf(ledger, 'task_attempts')]).toEqual(before)
  })
})

describe('an insert by hand', () => {
  forEachDialect('of a task', (open) => {
    it('cannot be sealed and open at once', async () => {
      const ledger = await open()
      await hire(ledger)
      const columns = 'id, title, status, created_at, updated_at'
      const insert = ledger.sql(`INSERT INTO task_history (${columns}) VALUES ('t', 'x', 'success', 1, 1)`)
      await expect(insert).rejects.toThrow()
      expect(await rowsOf(ledger, 'task_history')).toEqual([])
    })
  })
})
