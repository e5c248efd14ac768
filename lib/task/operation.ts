/** Records of bulk acts: an act over a set of tasks that was frozen at one moment, done in batches, with what became of each. */
import { z } from 'zod'
import { ERROR_CODES } from './errors.ts'
import { ACTOR_KINDS, Count, Id, Instant, OPERATION_ACTIONS } from './fields.ts'

export const OPERATION_STATUSES = ['running', 'done', 'aborted'] as const
export const ITEM_RESULTS = ['pending', 'changed', 'skipped', 'failed'] as const
export type ItemResult = (typeof ITEM_RESULTS)[number]

/** Why tasks were left as they were, by kind; one of them stands for all. */
export const LeftAlone = z.object({
  result: z.enum(['skipped', 'failed']),
  code: z.enum(ERROR_CODES),
  count: Count,
  example: z.object({ taskId: Id, detail: z.string() }),
})
export type LeftAlone = z.infer<typeof LeftAlone>

export const BulkOperation = z.object({
  id: Id,
  action: z.enum(OPERATION_ACTIONS),
  reason: z.string(),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), name: z.string() }),
  filter: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('what it was frozen by; null when its tasks were named'),
  workerId: Id.nullable().describe('the worker that tasks are reassigned to'),
  holdMs: Count.nullable(),
  retryOf: Id.nullable().describe('the operation of which this one takes up what was left'),
  dryRun: z.boolean(),
  status: z.enum(OPERATION_STATUSES).describe('running from the beginning: before startsAt nothing happens yet'),
  sideEffects: Count.describe('how many of its tasks act on the outside world'),
  total: Count,
  changed: Count,
  skipped: Count,
  failed: Count,
  createdAt: Instant.describe('the moment at which its tasks were frozen'),
  startsAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  abortedBy: z.string().nullable(),
  leftAlone: z.array(LeftAlone).nullable().describe('null in lists'),
})
export type BulkOperation = z.infer<typeof BulkOperation>

export const OperationItem = z.object({
  taskId: Id,
  result: z.enum(ITEM_RESULTS),
  code: z.enum(ERROR_CODES).nullable(),
  detail: z.string().nullable(),
  at: Instant.nullable(),
})
export type OperationItem = z.infer<typeof OperationItem>
