/** One batch of a bulk act inside a transaction: the very plans of the single acts, so there is no second set of rules. */
import type { Plan, Refusal, Result, Transaction } from '#lib/db/types.ts'
import { lockTaskRows } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import type { Operation } from '#lib/ledger/core/operation.ts'
import { refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { cancelTask } from '#lib/ledger/task/cancel.ts'
import { compensateTask } from '#lib/ledger/task/compensate.ts'
import { failTask } from '#lib/ledger/task/fail.ts'
import { holdTask } from '#lib/ledger/task/hold.ts'
import { noteTask } from '#lib/ledger/task/note.ts'
import { quarantineTask } from '#lib/ledger/task/quarantine.ts'
import { reassignTask } from '#lib/ledger/task/reassign.ts'
import { releaseTask } from '#lib/ledger/task/release.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { ItemResult, OperationAction } from '#lib/task/schema.ts'

/** What the person who ordered the act said, once for all of its tasks. */
export interface Order {
  readonly action: OperationAction
  readonly reason: string
  readonly workerId?: string | undefined
  readonly holdMs?: number | undefined
}

/** A task with what it was when the act was frozen; null for an id that was unknown then. */
export interface Item {
  readonly taskId: string
  readonly status: string | null
  readonly attempt: number | null
  /** Whether it acts on the outside world. */
  readonly sideEffects?: boolean
}

/** What became of an item. */
export interface Outcome {
  readonly taskId: string
  readonly result: Exclude<ItemResult, 'pending'>
  readonly code: string | null
  readonly detail: string | null
}

type Perform = (
  transaction: Transaction,
  context: Context,
  ids: readonly string[],
  order: Order,
) => Plan<Result<unknown>[]>

const ACTS: Record<OperationAction, Perform> = {
  fail: performBy(failTask, (taskId, { reason }) => ({ taskId, reason })),
  reassign: performBy(reassignTask, (taskId, { reason, workerId, holdMs }) => ({ taskId, reason, workerId, holdMs })),
  cancel: performBy(cancelTask, (taskId, { reason }) => ({ taskId, reason })),
  note: performBy(noteTask, (taskId, { reason }) => ({ taskId, text: reason })),
  hold: performBy(holdTask, (taskId, { reason }) => ({ taskId, reason })),
  release: performBy(releaseTask, (taskId, { reason }) => ({ taskId, reason })),
  quarantine: performBy(quarantineTask, (taskId, { reason }) => ({ taskId, reason })),
  compensate: performBy(compensateTask, (taskId, { reason }) => ({ taskId, reason })),
}

function performBy<Command>(
  operation: Operation<Command, unknown>,
  commandOf: (taskId: string, order: Order) => Command,
): Perform {
  return (transaction, context, ids, order) =>
    operation.plan(
      transaction,
      ids.map((taskId) => ({ context, command: commandOf(taskId, order) })),
    )
}

/** Answers every item, in the order of the items. */
export function* actOnItems(
  transaction: Transaction,
  context: Context,
  order: Order,
  items: readonly Item[],
): Plan<Outcome[]> {
  const rows = yield* lockTaskRows(items.map(({ taskId }) => taskId))
  const outcomes = new Map<string, Outcome>()
  for (const item of items) {
    const refusal = order.action === 'note' ? null : changeRefusal(rows.get(item.taskId), item)
    if (refusal) outcomes.set(item.taskId, outcomeOf(item.taskId, refusal))
  }
  const ids = items.map(({ taskId }) => taskId).filter((taskId) => !outcomes.has(taskId))
  const results = ids.length === 0 ? [] : yield* ACTS[order.action](transaction, context, ids, order)
  ids.forEach((taskId, index) => {
    const result = results[index]
    if (result) outcomes.set(taskId, outcomeOf(taskId, result))
  })
  return items.flatMap(({ taskId }) => outcomes.get(taskId) ?? [])
}

/** A task that became something else since is not the one that was chosen. Of a sealed one the act itself says more. */
function changeRefusal(row: TaskRow | undefined, item: Item): Refusal | null {
  if (!row || row.sealed_at !== null) return null
  if (row.status === item.status && row.attempt === item.attempt) return null
  const chosen = item.status === null ? 'not on record' : told(item.status, item.attempt)
  return refused(
    'invalid_transition',
    `it was ${chosen} when it was chosen, and is ${told(row.status, row.attempt)} now`,
  )
}

function told(status: string, attempt: number | null): string {
  return attempt ? `${status} (attempt ${attempt})` : status
}

/** Only what the rules refuse is skipped; anything else is a failure, which a person may try again. */
function outcomeOf(taskId: string, result: Result<unknown>): Outcome {
  if (result.ok) return { taskId, result: 'changed', code: null, detail: null }
  const { error } = result
  if (isTaskError(error)) return { taskId, result: 'skipped', code: error.code, detail: error.message }
  return { taskId, result: 'failed', code: 'internal', detail: error.message.slice(0, 500) }
}
