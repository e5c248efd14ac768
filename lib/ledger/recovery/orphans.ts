/** What ended workers left behind: found, interrupted in batches, and the worker marked as recovered when nothing is left. */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan, Result, Row, Transaction } from '#lib/db/types.ts'
import { doApart } from '#lib/ledger/core/apart.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { type Interruption, type InterruptTask, interrupt, interruptTask } from './interrupt.ts'

/** One transaction's worth; between two of them heartbeats and pages get their turn. */
export const BATCH = 1000

// Read in the order of indexes, so that a batch costs the same however many orphans are left.
const orphans = (d: Dialect) => `SELECT t.id, t.attempt, t.worker_id, w.state, w.death_kind FROM workers AS w
  JOIN task_history AS t ${d.by('task_history_worker')} ON t.worker_id = w.id AND t.status IN ('running','waiting')
  WHERE w.ended_at IS NOT NULL AND w.recovered_at IS NULL`

/** The same question inside a transaction, for a dry run. */
export const readOrphans = statement(
  'readOrphans',
  (d) => `${orphans(d)} ORDER BY w.ended_at LIMIT (SELECT c.max FROM ${d.rows('max integer')})`,
)

/**
 * Held tasks of workers that are dead or stopped, and not recovered yet, but for those that are known to be stuck; so many
 * that they fill a batch, or several.
 */
export async function findOrphans(
  context: Context,
  workerIds?: readonly string[],
  stuck: ReadonlySet<string> = new Set(),
  batches = 1,
): Promise<InterruptTask[]> {
  const only = workerIds === undefined ? '' : `AND w.id IN (${workerIds.map((_, index) => `$${index + 1}`).join(', ')})`
  if (workerIds?.length === 0) return []
  const text = `${orphans(context.db.dialect)} ${only} ORDER BY w.ended_at LIMIT ${BATCH * batches + stuck.size}`
  return (await context.db.read(text, workerIds)).map(toOrphan).filter(({ taskId }) => !stuck.has(taskId))
}

export function toOrphan(row: Row): InterruptTask {
  return {
    taskId: row.id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
    cause: row.state === 'stopped' ? 'shutdown' : ((row.death_kind as string | null) ?? 'suspected'),
  }
}

export interface Recovered {
  readonly interruptions: Interruption[]
  readonly errors: { taskId: string; message: string }[]
}

/** Interrupts them, a batch a transaction. A task that somebody else recovered meanwhile is no error; one that cannot be is told, once. */
export async function interruptOrphans(context: Context, orphans: readonly InterruptTask[]): Promise<Recovered> {
  const results: Result<Interruption>[] = await interruptTask.many(context, orphans)
  const interruptions: Interruption[] = []
  const errors: Recovered['errors'] = []
  results.forEach((result, index) => {
    if (result.ok) interruptions.push(result.value)
    else if (!('code' in result.error && result.error.code === 'fence_rejected')) {
      errors.push({ taskId: orphans[index]?.taskId ?? '', message: result.error.message })
    }
  })
  return { interruptions, errors }
}

/** The same inside a transaction that is open already. */
export function* interruptApart(
  transaction: Transaction,
  context: Context,
  commands: readonly InterruptTask[],
): Plan<Recovered> {
  const { values, failed } = yield* doApart(commands, (some) =>
    interrupt(
      transaction,
      some.map((command) => ({ context, command })),
    ),
  )
  return {
    interruptions: values.flatMap((result) => (result.ok ? [result.value] : [])),
    errors: failed.map(({ item, message }) => ({ taskId: item.taskId, message })),
  }
}

const settleWorkers = statement(
  'settleWorkers',
  (d) => `UPDATE workers AS w SET recovered_at = ${d.now} FROM ${d.rows('all_of_them boolean')}
    WHERE w.ended_at IS NOT NULL AND w.recovered_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM task_history AS t WHERE t.worker_id = w.id AND t.status IN ('running','waiting'))
    RETURNING id`,
)

const releasePinned = statement(
  'releasePinned',
  (d) => `UPDATE task_history AS t SET worker_id = NULL, updated_at = ${d.now} FROM ${d.rows('all_of_them boolean')}
    WHERE t.status = 'assigned' AND t.worker_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM workers AS w WHERE w.id = t.worker_id AND w.ended_at IS NULL)
    RETURNING id, attempt`,
)

/** Marks ended workers that hold nothing any more, and gives what was meant for one that is gone to any other. */
export const settleEnded = operation<null, number>(
  'settleEnded',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const rows = yield* run(settleWorkers, [{ all_of_them: true }])
    const released = yield* run(releasePinned, [{ all_of_them: true }])
    yield* appendEvents(
      transaction,
      released.map((row) => ({
        type: 'task.reassigned',
        actor: request.context.actor,
        taskId: row.id as string,
        attempt: (row.attempt as number) || null,
        reason: 'the worker it was meant for is gone: any worker may take it',
        data: { automatic: true },
      })),
    )
    return [done(rows.length)]
  },
)
