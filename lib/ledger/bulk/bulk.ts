/** Bulk acts as the API and the pages order them: begin, stop, take up again what was left. */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { AbortOperation, RetryOperation, RunOperation } from '#lib/task/operation-commands.ts'
import { type BulkOperation, LIMITS } from '#lib/task/schema.ts'
import { createOperation, freeze } from './create.ts'
import { getOperation } from './read.ts'
import { rehearse } from './rehearse.ts'
import { toOperation } from './rows.ts'

/** Answers at once: the batches are done by whichever instance comes to it first. */
export async function runOperation(context: Context, command: RunOperation): Promise<BulkOperation> {
  const id = command.id ?? v7()
  const items = await freeze(context, command)
  return command.dryRun ? rehearse(context, id, command, items) : createOperation(context, { id, command, items })
}

/** A new operation over the tasks that the first one did not change, as they are now. */
export async function retryOperation(context: Context, command: RetryOperation): Promise<BulkOperation> {
  const { operationId, of = 'failed' } = command
  const { operation: first } = await getOperation(context, { operationId })
  const facts = { status: first.status, allowedTargets: [] }
  if (first.status === 'running') {
    throw new TaskError('invalid_transition', 'the operation still runs: take up what it left when it is over', facts)
  }
  const rows = await context.db.read(
    `SELECT task_id FROM operation_items WHERE operation_id = $1 AND result = $2 ORDER BY place LIMIT ${LIMITS.operationTasks}`,
    [operationId, of],
  )
  if (rows.length === 0) throw new TaskError('invalid_transition', `no task of the operation ${of}`, facts)
  const again: RunOperation = {
    action: first.action,
    reason: command.reason ?? first.reason,
    ids: rows.map((row) => row.task_id as string),
    ...(first.workerId && { workerId: first.workerId }),
    ...(first.holdMs !== null && { holdMs: first.holdMs }),
  }
  const items = await freeze(context, again)
  return createOperation(context, { id: v7(), command: again, items, retryOf: operationId })
}

const abortRows = statement(
  'abortOperations',
  (d) => `UPDATE operations AS t SET status = 'aborted', finished_at = ${d.now}, aborted_by = c.aborter
    FROM ${d.rows('operation_id text, aborter text')}
    WHERE t.id = c.operation_id AND t.status = 'running' RETURNING *`,
)
const readOperationStatus = statement(
  'readOperationStatus',
  (d) => `SELECT t.id, t.status FROM ${d.rows('operation_id text')} JOIN operations AS t ON t.id = c.operation_id`,
)

/** Between two batches: what is done stays done, and the rest is left alone. */
export const abortOperation = operation<AbortOperation, BulkOperation>(
  'abortOperation',
  ({ operationId }) => operationId,
  function* (transaction, requests) {
    const ids = requests.map(({ command: { operationId } }) => ({ operation_id: operationId }))
    const rows = yield* run(
      abortRows,
      requests.map(({ context, command }) => ({ operation_id: command.operationId, aborter: context.actor.name })),
    )
    const aborted = new Map(rows.map((row) => [row.id as string, toOperation(row)]))
    yield* appendEvents(
      transaction,
      requests.flatMap(({ context, command: { operationId, reason } }) => {
        const stopped = aborted.get(operationId)
        if (!stopped) return []
        const { action, total, changed, skipped, failed } = stopped
        const data = { operationId, action, total, changed, skipped, failed }
        return [{ type: 'operation.aborted' as const, actor: context.actor, reason, data }]
      }),
    )
    const statuses = new Map((yield* run(readOperationStatus, ids)).map((row) => [row.id, row.status]))
    return requests.map(({ command: { operationId } }) => {
      const stopped = aborted.get(operationId)
      if (stopped) return done(stopped)
      const status = statuses.get(operationId)
      if (status === undefined) return refused('not_found', `no operation has the id ${operationId}`, { operationId })
      const detail = `an operation that is ${status} cannot be aborted`
      return refused('invalid_transition', detail, { status, allowedTargets: [] })
    })
  },
)
