/** Records of what undoes a task, and of final reports that came too late. */
import { z } from 'zod'
import { Count, Id, Instant, Json, Money } from './fields.ts'
import { ATTEMPT_OUTCOMES } from './states.ts'

/** The kind that says on purpose: there is nothing to undo. */
export const NOTHING_TO_UNDO = 'none'
/** Short enough that `compensate:<kind>` is a skill. */
export const CompensationKind = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/, {
  error: 'must be 1 to 50 letters, digits or ._- and begin with a letter or digit',
})
export const COMPENSATION_STATUSES = ['registered', 'running', 'done', 'failed'] as const

/** The skill of a worker that undoes steps of this kind. */
export function compensationSkill(kind: string): string {
  return `compensate:${kind}`
}

export const Compensation = z.object({
  id: Id,
  taskId: Id,
  position: z.int().min(1).describe('the order of registration; steps are undone from the last one to the first'),
  attempt: z.int().nullable().describe('the attempt that registered it; null when a person did'),
  kind: z.string(),
  target: z.string(),
  reason: z.string(),
  status: z.enum(COMPENSATION_STATUSES),
  tries: Count,
  error: z.string().nullable(),
  runnerTaskId: Id.nullable().describe('the task in which a worker carries it out'),
  createdAt: Instant,
  finishedAt: Instant.nullable(),
})
export type Compensation = z.infer<typeof Compensation>

export const REPORT_STATUSES = ['kept', 'accepted', 'adopted'] as const
export const LateReport = z.object({
  id: Id.describe('the message id that its worker gave it; unique within the attempt'),
  taskId: Id,
  attempt: z.int(),
  workerId: Id,
  workerName: z.string(),
  outcome: z.enum(ATTEMPT_OUTCOMES),
  status: z.enum(REPORT_STATUSES),
  reason: z.string().nullable(),
  exitCode: z.int().nullable(),
  errorClass: z.string().nullable(),
  errorMessage: z.string().nullable(),
  costUsd: Money.nullable(),
  tokensIn: Count.nullable(),
  tokensOut: Count.nullable(),
  turns: Count.nullable(),
  receivedAt: Instant,
})
export type LateReport = z.infer<typeof LateReport>
/** What a report left behind may be large, so lists of tasks' reports leave it out. */
export const WholeLateReport = LateReport.extend({ artifacts: Json.nullable() })
export type WholeLateReport = z.infer<typeof WholeLateReport>
