/**
 * Gives back what an interruption cost when it turns out that nobody was to blame: the worker was one of many that
 * ended together, or its host was being rebooted. What is sealed stays as it is.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import { applyChanges } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import type { TaskChange, TaskRow } from '#lib/ledger/core/rows.ts'
import { judgeAgain } from './judge-ends.ts'
import { REBOOTED } from './read-ends.ts'

/** Ends within a lease belong together, and no lease is longer than an hour. */
const REFUND_WITHIN_MS = 2 * 3_600_000
/** A host that comes back later than this after its worker ended was not rebooting then. */
const REBOOT_WITHIN_MS = 15 * 60_000

const readRebooted = statement(
  'readRebooted',
  (d) => `SELECT k.worker_id FROM ${d.rows('since bigint')}
    JOIN incident_workers AS k ON k.blame_ppm > 0 AND k.refunded_at IS NULL AND k.ended_at > c.since
    JOIN incidents AS i ON i.id = k.incident_id AND i.cause = 'worker_death'
    JOIN workers AS w ON w.id = k.worker_id AND ${REBOOTED} LIMIT 1000`,
)

const lockOwed = statement(
  'lockOwed',
  (d) => `SELECT t.worker_id, t.incident_id, i.title FROM ${d.rows('since bigint')}
    JOIN incident_workers AS t ON t.blame_ppm > 0 AND t.refunded_at IS NULL AND t.ended_at > c.since
    JOIN incidents AS i ON i.id = t.incident_id AND i.cause <> 'worker_death' ORDER BY t.worker_id LIMIT 100 ${d.lock}`,
)

const lockCharged = statement(
  'lockCharged',
  (d) => `SELECT t.*, a.blame_ppm AS charged_ppm, a.attempt AS charged_attempt, a.worker_id AS charged_by
    FROM ${d.rows('worker_id text')} JOIN task_attempts AS a ON a.worker_id = c.worker_id AND a.blame_ppm > 0
    JOIN task_history AS t ON t.id = a.task_id AND t.sealed_at IS NULL ORDER BY t.id ${d.lock}`,
)

const markRefunded = statement(
  'markRefunded',
  (d) => `UPDATE incident_workers AS k SET refunded_at = ${d.now} FROM ${d.rows('worker_id text')}
    WHERE k.worker_id = c.worker_id`,
)

type Charged = TaskRow & { charged_ppm: number; charged_attempt: number; charged_by: string }

/** Answers how many tasks got something back. */
export const refundEnds = operation<null, number>(
  'refundEnds',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const rebooted = yield* run(readRebooted, [{ since: transaction.now - REBOOT_WITHIN_MS }])
    yield* judgeAgain(
      transaction,
      request.context.actor,
      rebooted.map((row) => row.worker_id as string),
    )
    return [done(yield* refund(transaction, request.context))]
  },
)

function* refund(transaction: Transaction, { actor }: Context): Plan<number> {
  const owed = yield* run(lockOwed, [{ since: transaction.now - REFUND_WITHIN_MS }])
  const workers = owed.map((row) => ({ worker_id: row.worker_id }))
  const incidents = new Map(owed.map((row) => [row.worker_id as string, row]))
  // The columns are the table's and those named above.
  const charged = (yield* run(lockCharged, workers)) as unknown as Charged[]
  const tasks = new Map<string, Charged[]>()
  for (const row of charged) tasks.set(row.id, [...(tasks.get(row.id) ?? []), row])
  const refunds = [...tasks.values()].flatMap((rows) => {
    const last = rows.at(-1)
    const incident = last && incidents.get(last.charged_by)
    return last && incident ? [{ row: last, set: refunded(rows, last, incident.incident_id as string), incident }] : []
  })
  yield* applyChanges(transaction, refunds)
  yield* appendEvents(
    transaction,
    refunds.map(({ row, set, incident }) => ({
      type: 'task.refunded',
      actor,
      taskId: row.id,
      attempt: row.charged_attempt,
      workerId: row.charged_by,
      reason: `its interruption costs nothing: ${incident.title}`,
      data: { incidentId: incident.incident_id, interruptions: set.interruptions },
    })),
  )
  yield* run(markRefunded, workers)
  return refunds.length
}

const COSTS_NOTHING = 'its worker was one of many that ended together (an event that hit many costs nothing)'

function refunded(rows: readonly Charged[], last: Charged, incidentId: string): Partial<TaskChange> {
  const ppm = rows.reduce((sum, row) => sum + row.charged_ppm, 0)
  const waits = last.next_action === 'reassign' || last.next_action === 'resume'
  const current = last.charged_attempt === last.attempt
  return {
    blame_ppm: Math.max(0, last.blame_ppm - ppm),
    interruptions: Math.max(0, last.interruptions - rows.length),
    suspect: false,
    ...(current ? { incident_id: incidentId } : {}),
    ...(current && waits ? { next_reason: COSTS_NOTHING } : {}),
  }
}
