/** Histories that were kept elsewhere, as they are taken over. */
import { z } from 'zod'
import { about } from './about.ts'
import { Count, Id, Instant, Json, LIMITS, Line, ReportedMoney, SmallCount, TaskStatusName, Text } from './fields.ts'
import { isAlwaysSealed, type TaskStatus } from './states.ts'

/** `failure` is what older histories call `failed`. */
const Status = z.preprocess((value) => (value === 'failure' ? 'failed' : value), TaskStatusName)

export const ImportTask = z.strictObject({
  id: Id,
  ...about,
  status: Status,
  createdAt: Instant,
  startedAt: Instant.optional(),
  interruptedAt: Instant.optional(),
  finishedAt: Instant.optional(),
  reason: Text.optional(),
  error: z.strictObject({ class: Line.max(200), message: Text }).optional(),
  exitCode: z.int().min(-1).max(255).optional(),
  costUsd: ReportedMoney.optional(),
  tokensIn: Count.optional(),
  tokensOut: Count.optional(),
  turns: SmallCount.optional(),
  artifacts: Json.optional(),
})
export type ImportTask = z.infer<typeof ImportTask>

export const ImportTasks = z.strictObject({ tasks: z.array(ImportTask).min(1).max(LIMITS.batch) })

export const IMPORT_RESULTS = ['imported', 'unchanged'] as const
export type ImportResult = (typeof IMPORT_RESULTS)[number]

/** How a task stands in the ledger that was nowhere under way when it was taken over. */
export interface Imported {
  readonly status: TaskStatus
  readonly interruptedAt: string | null
  readonly finishedAt: string | null
  readonly isSealed: boolean
}

/**
 * Nothing is begun by taking a history over: what was under way has no worker here and counts as interrupted, and what
 * can still be recovered waits for an operator. An interrupted task has no end, whatever the older history says.
 */
export function importedAs({ status, createdAt, startedAt, interruptedAt, finishedAt }: ImportTask): Imported {
  const last = interruptedAt ?? finishedAt ?? startedAt ?? createdAt
  if (status === 'failed' || isAlwaysSealed(status)) {
    return { status, interruptedAt: interruptedAt ?? null, finishedAt: finishedAt ?? last, isSealed: true }
  }
  if (status === 'queued') return { status, interruptedAt: null, finishedAt: null, isSealed: false }
  return { status: 'interrupted', interruptedAt: last, finishedAt: null, isSealed: false }
}
