/**
 * Invariant: a batch's changes, what became of each of its tasks, the counts and the place of the operation are one
 * transaction, under the lock of the operation's row: whoever dies in it, the next one finds the place before it.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Transaction } from '#lib/db/types.ts'
import type { Actor, Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import type { BulkOperation } from '#lib/task/schema.ts'
import { actOnItems, type Outcome } from './act.ts'
import { orderOf, toOperation } from './rows.ts'

/** Larger ones would keep heartbeats waiting on SQLite, which writes one transaction at a time. */
export const BULK_BATCH = 250

export interface Batch {
  readonly operationId: string
  readonly max: number
  /** Why the one task of this batch is given up: the database or the program failed over it. */
  readonly broken?: string
}

/** Answers the operation as it is then; null when there was nothing to do here, or another instance is at it. */
export const runBatch = operation<Batch, BulkOperation | null>(
  'runBatch',
  ({ operationId }) => operationId,
  function* (transaction, requests) {
    const results = []
    for (const { context, command } of requests) results.push(done(yield* runOne(transaction, context, command)))
    return results
  },
)

const lockOperation = statement(
  'lockOperation',
  (d) => `SELECT t.* FROM ${d.rows('id text')} JOIN operations AS t ON t.id = c.id
    WHERE t.status = 'running' AND t.starts_at <= ${d.now} ${d.lockSkipping}`,
)
const readBatch = statement(
  'readOperationBatch',
  (d) => `SELECT t.* FROM ${d.rows('operation_id text, after_place integer, max integer')}
    JOIN operation_items AS t ON t.operation_id = c.operation_id AND t.place > c.after_place
      AND t.place <= c.after_place + c.max ORDER BY t.place`,
)
const writeOutcomes = statement(
  'writeOperationOutcomes',
  (d) => `UPDATE operation_items AS t SET result = c.result, code = c.code, detail = c.detail, at = c.at
    FROM ${d.rows('operation_id text, place integer, result text, code text, detail text, at bigint')}
    WHERE t.operation_id = c.operation_id AND t.place = c.place AND t.result = 'pending'`,
)
const advance = statement(
  'advanceOperation',
  (d) => `UPDATE operations AS t SET changed = t.changed + c.more_changed, skipped = t.skipped + c.more_skipped,
      failed = t.failed + c.more_failed, position = c.next_position, status = c.next_status,
      started_at = COALESCE(t.started_at, c.at), finished_at = c.ended_at
    FROM ${d.rows(`operation_id text, expected text, more_changed integer, more_skipped integer, more_failed integer,
      next_position text, next_status text, at bigint, ended_at bigint`)}
    WHERE t.id = c.operation_id AND COALESCE(t.position, '0') = c.expected AND t.status = 'running' RETURNING *`,
)

function* runOne(transaction: Transaction, context: Context, batch: Batch): Plan<BulkOperation | null> {
  const [row] = yield* run(lockOperation, [{ id: batch.operationId }])
  if (!row) return null
  const before = toOperation(row)
  const position = Number(row.position ?? 0)
  const items = yield* run(readBatch, [{ operation_id: before.id, after_place: position, max: batch.max }])
  const ordered: Context = { ...context, actor: actorOf(before), operationId: before.id }
  const outcomes =
    batch.broken === undefined
      ? yield* actOnItems(transaction, ordered, orderOf(before), items.map(asItem))
      : items.map((item) => givenUp(item, batch.broken ?? ''))
  yield* run(
    writeOutcomes,
    outcomes.map(({ taskId: _, ...outcome }, index) => ({
      ...outcome,
      operation_id: before.id,
      place: items[index]?.place,
      at: transaction.now,
    })),
  )
  const [after] = yield* run(advance, [
    {
      operation_id: before.id,
      expected: String(position),
      ...countsOf(outcomes),
      next_position: String(position + items.length),
      at: transaction.now,
      ...(position + items.length >= before.total
        ? { next_status: 'done', ended_at: transaction.now }
        : { next_status: 'running', ended_at: null }),
    },
  ])
  if (!after) throw new Error(`operation ${before.id} moved under its own lock`)
  const operationNow = toOperation(after)
  yield* tell(transaction, ordered.actor, before, operationNow)
  return operationNow
}

/** Whoever carries it out, history names the person who ordered it, who was an operator then. */
function actorOf({ actor }: BulkOperation): Actor {
  return { ...actor, role: 'operator' }
}

function asItem(row: Row) {
  return {
    taskId: row.task_id as string,
    status: row.expected_status as string | null,
    attempt: row.expected_attempt as number | null,
  }
}

function givenUp(row: Row, broken: string): Outcome {
  return { taskId: row.task_id as string, result: 'failed', code: 'internal', detail: broken.slice(0, 500) }
}

function countsOf(outcomes: readonly Outcome[]) {
  const count = (wanted: Outcome['result']) => outcomes.filter(({ result }) => result === wanted).length
  return { more_changed: count('changed'), more_skipped: count('skipped'), more_failed: count('failed') }
}

function* tell(transaction: Transaction, actor: Actor, before: BulkOperation, after: BulkOperation): Plan<void> {
  const { id: operationId, action, reason, total, changed, skipped, failed } = after
  const began = { type: 'operation.started' as const, actor, reason, data: { operationId, action, total } }
  const ended = {
    type: 'operation.finished' as const,
    actor,
    reason,
    data: { operationId, action, total, changed, skipped, failed },
  }
  yield* appendEvents(transaction, [
    ...(before.startedAt === null ? [began] : []),
    ...(after.status === 'done' ? [ended] : []),
  ])
}
