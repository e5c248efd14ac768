/** The commands of compensation, late reports, and of what a person keeps back; as strict as those of commands.ts. */
import { z } from 'zod'
import { CompensationKind, NOTHING_TO_UNDO } from './compensation.ts'
import { Id, Line, Ordinal, Reason } from './fields.ts'

export const RegisterCompensation = z
  .strictObject({
    taskId: Id,
    workerId: Id.optional().describe('the worker that holds the task; without it an operator registers the step'),
    attempt: Ordinal.optional(),
    id: Id.optional().describe('minted by the caller, so that a lost answer can be asked for again'),
    kind: CompensationKind.describe('what undoes it; "none" says on purpose that there is nothing to undo'),
    target: Line.max(2000).optional().describe('what to undo, in the words of whoever undoes this kind; no secrets'),
    reason: Reason,
  })
  .refine(({ workerId, attempt }) => (workerId === undefined) === (attempt === undefined), {
    error: 'a worker names its attempt, and an operator names neither',
    path: ['attempt'],
  })
  .refine(({ kind, target }) => target !== undefined || kind === NOTHING_TO_UNDO, {
    error: 'must name what to undo',
    path: ['target'],
  })
export type RegisterCompensation = z.infer<typeof RegisterCompensation>

const Act = z.strictObject({ taskId: Id, reason: Reason })
export const CompensateTask = Act
export type CompensateTask = z.infer<typeof CompensateTask>
export const HoldTask = Act
export type HoldTask = z.infer<typeof HoldTask>
export const ReleaseTask = Act
export type ReleaseTask = z.infer<typeof ReleaseTask>
export const QuarantineTask = Act
export type QuarantineTask = z.infer<typeof QuarantineTask>

export const AdoptReport = z.strictObject({
  taskId: Id,
  reportId: Id,
  attempt: Ordinal.optional().describe('of the report, where two attempts used the same id for theirs'),
  reason: Reason,
})
export type AdoptReport = z.infer<typeof AdoptReport>
