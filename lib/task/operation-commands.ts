/** The commands of bulk acts. */
import { z } from 'zod'
import { FailTask, ListPage, ListTasks } from './commands.ts'
import { Id, Instant, ITEM_RESULTS, LIMITS, OPERATION_ACTIONS } from './schema.ts'

/** Which tasks, in the words of the list; without a window it means the same as there. */
export const TaskFilter = ListTasks.omit({ id: true, cursor: true, limit: true })
export type TaskFilter = z.infer<typeof TaskFilter>

export const RunOperation = z
  .strictObject({
    id: Id.optional().describe('minted by the caller, so that a lost answer can be asked for again'),
    action: z.enum(OPERATION_ACTIONS),
    ids: z.array(Id).min(1).max(LIMITS.operationIds).optional(),
    filter: TaskFilter.optional().describe('frozen now: tasks that come to match later are left alone'),
    asOf: Instant.optional().describe('with a filter: only tasks that were on record at this moment'),
    reason: FailTask.shape.reason,
    workerId: Id.optional().describe('reassign: pins the tasks to one worker'),
    holdMs: z.int().min(0).max(LIMITS.holdMsMax).optional().describe('reassign: how long each can be undone'),
    startAfterMs: z
      .int()
      .min(0)
      .max(LIMITS.holdMsMax)
      .optional()
      .describe('how long it can be stopped before it begins'),
    dryRun: z.boolean().optional().describe('says what would happen, found out by doing it and taking it back'),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'exactly one of ids and filter must be given',
    path: ['ids'],
  })
  .refine(({ ids, asOf }) => ids === undefined || asOf === undefined, {
    error: 'goes with a filter only: ids name their tasks already',
    path: ['asOf'],
  })
  .refine(({ action, workerId, holdMs }) => action === 'reassign' || (workerId ?? holdMs) === undefined, {
    error: 'workerId and holdMs are for reassign only',
    path: ['action'],
  })
export type RunOperation = z.infer<typeof RunOperation>

const OperationRef = { operationId: Id }
export const AbortOperation = z.strictObject({ ...OperationRef, reason: FailTask.shape.reason.optional() })
export type AbortOperation = z.infer<typeof AbortOperation>
export const RetryOperation = z.strictObject({
  ...OperationRef,
  reason: FailTask.shape.reason.optional().describe('that of the first one, unless given'),
  of: z.enum(['failed', 'skipped']).optional().describe('what is taken up; the failed ones unless given'),
})
export type RetryOperation = z.infer<typeof RetryOperation>
export const ListOperationItems = z.strictObject({
  ...OperationRef,
  result: z.enum(ITEM_RESULTS).optional(),
  ...ListPage.shape,
})
export type ListOperationItems = z.infer<typeof ListOperationItems>
