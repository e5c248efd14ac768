/**
 * What a living worker lets lapse: an attempt that shows no progress for longer than its task allows, and one that the
 * worker has not listed for a whole lease. Its lease says nothing of either.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Row, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import { duration } from '#lib/task/hint.ts'
import type { InterruptTask } from './interrupt.ts'
import { BATCH, interruptApart, type Recovered } from './orphans.ts'

/** Marks what is silent, and interrupts it where the settings say so; interrupts what was dropped. */
export const interruptLapsed = operation<null, Recovered>('interruptLapsed', () => '', lapse)

export function* lapse(transaction: Transaction, requests: readonly Request<null>[]): Plan<Result<Recovered>[]> {
  const [request] = requests
  if (!request) return []
  const { context } = request
  const silent = yield* noticeSilence(transaction, context)
  const lapsed = [...(context.policy.settings.noProgress === 'interrupt' ? silent : []), ...(yield* findDropped())]
  return [done(yield* interruptApart(transaction, context, lapsed))]
}

// Nobody could report while the ledger itself was away: silence counts from its return. The joins keep their order, so
// that what has a limit is read, and not every attempt there ever was.
const lockSilent = statement(
  'lockSilent',
  (d) => `SELECT t.id AS task_id, t.attempt, t.worker_id, t.progress_timeout_ms, a.progress_at, a.silent_at
    FROM ${d.rows('again boolean')}
    CROSS JOIN task_history AS t ${d.by('task_history_timed')}
    JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt AND a.finished_at IS NULL
    LEFT JOIN ledger_clock AS k ON true
    WHERE t.status = 'running' AND t.progress_timeout_ms IS NOT NULL AND (a.silent_at IS NULL OR c.again)
      AND ${d.greatest('a.progress_at', 'COALESCE(k.amnesty_at, 0)')} + t.progress_timeout_ms <= ${d.now}
    ORDER BY t.id LIMIT ${BATCH} ${d.lockSkipping}`,
)

// Something may have come between the look and the lock: then there is no silence any more.
const markSilent = statement(
  'markSilent',
  (d) => `UPDATE task_attempts AS a SET silent_at = COALESCE(a.silent_at, c.at)
    FROM ${d.rows('id text, attempt integer, progress_at bigint, at bigint')}
    WHERE a.task_id = c.id AND a.attempt = c.attempt AND a.progress_at = c.progress_at AND a.finished_at IS NULL
    RETURNING task_id`,
)

/** Answers what is silent: all of it where that is interrupted, what is newly so where it is only shown. */
function* noticeSilence(transaction: Transaction, { actor, policy }: Context): Plan<InterruptTask[]> {
  const { now } = transaction
  const rows = yield* run(lockSilent, [{ again: policy.settings.noProgress === 'interrupt' }])
  const marked = yield* run(
    markSilent,
    rows.map(({ task_id, attempt, progress_at }) => ({ id: task_id, attempt, progress_at, at: now })),
  )
  const still = new Set(marked.map((row) => row.task_id))
  const silent = rows.filter((row) => still.has(row.task_id))
  yield* appendEvents(
    transaction,
    silent
      .filter((row) => row.silent_at === null)
      .map((row) => {
        const [silentMs, limitMs] = [now - Number(row.progress_at), Number(row.progress_timeout_ms)]
        return {
          ...{ type: 'task.no_progress', actor, ...addressOf(row) },
          reason: `nothing has come for ${duration(silentMs)}; its limit is ${duration(limitMs)}`,
          data: { silentMs, limitMs },
        }
      }),
  )
  return silent.map((row) => ({ ...addressOf(row), cause: 'silent' }))
}

// The worker's own heartbeats prove it: one that did not list the attempt, and another such a whole lease later.
const lockDropped = statement(
  'lockDropped',
  (d) => `SELECT t.id AS task_id, t.attempt, t.worker_id, a.unlisted_at
    FROM task_attempts AS a ${d.by('task_attempts_unlisted')}
    JOIN task_history AS t ON t.id = a.task_id AND t.attempt = a.attempt AND t.status IN ('running','waiting')
    JOIN workers AS w ON w.id = a.worker_id AND w.state IN ('alive','draining')
    WHERE a.unlisted_at IS NOT NULL AND a.finished_at IS NULL AND w.last_heartbeat_at >= a.unlisted_at + w.lease_ms
    ORDER BY t.id LIMIT ${BATCH} ${d.lockSkipping}`,
)

// A heartbeat that lists it again needs no lock on the task.
const confirmDropped = statement(
  'confirmDropped',
  (d) => `UPDATE task_attempts AS a SET unlisted_at = a.unlisted_at
    FROM ${d.rows('id text, attempt integer, unlisted_at bigint')}
    WHERE a.task_id = c.id AND a.attempt = c.attempt AND a.unlisted_at = c.unlisted_at AND a.finished_at IS NULL
    RETURNING task_id`,
)

function* findDropped(): Plan<InterruptTask[]> {
  const rows = yield* run(lockDropped, [{}])
  const confirmed = yield* run(
    confirmDropped,
    rows.map(({ task_id, attempt, unlisted_at }) => ({ id: task_id, attempt, unlisted_at })),
  )
  const still = new Set(confirmed.map((row) => row.task_id))
  return rows.filter((row) => still.has(row.task_id)).map((row) => ({ ...addressOf(row), cause: 'dropped' }))
}

function addressOf(row: Row) {
  return { taskId: row.task_id as string, attempt: row.attempt as number, workerId: row.worker_id as string }
}
