/**
 * The state machine of tasks as one table. Pure: no clock, no randomness, no IO.
 * The database repeats the sets below as CHECKs; `tests/db/schema.test.ts` compares the two.
 */

export const TASK_STATUSES = [
  'queued',
  'assigned',
  'running',
  'waiting',
  'interrupted',
  'failed',
  'success',
  'cancelled',
  'aborted_no_skill',
  'compensated',
  'quarantined',
] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

/** Statuses in which a task is always sealed. `failed` seals only once no retry is left. */
export const SEALED_STATUSES = [
  'success',
  'cancelled',
  'aborted_no_skill',
  'compensated',
  'quarantined',
] as const satisfies readonly TaskStatus[]

/** Statuses in which a worker holds the task. */
export const HELD_STATUSES = ['running', 'waiting'] as const satisfies readonly TaskStatus[]

/** An attempt is under way in these two, and sealed by any of the outcomes. */
export const ATTEMPT_OUTCOMES = ['success', 'failed', 'cancelled', 'aborted_no_skill', 'interrupted'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]
export const ATTEMPT_STATUSES = [...HELD_STATUSES, ...ATTEMPT_OUTCOMES] as const
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]

const TRANSITIONS: Record<TaskStatus, readonly TaskStatus[]> = {
  queued: ['assigned', 'running', 'cancelled', 'failed', 'aborted_no_skill'],
  assigned: ['running', 'waiting', 'queued', 'cancelled', 'failed', 'interrupted', 'aborted_no_skill'],
  running: ['success', 'failed', 'cancelled', 'interrupted', 'waiting', 'aborted_no_skill', 'quarantined'],
  waiting: ['assigned', 'running', 'interrupted', 'cancelled', 'failed'],
  interrupted: ['assigned', 'running', 'success', 'failed', 'cancelled', 'compensated', 'quarantined'],
  failed: ['assigned', 'running', 'cancelled', 'compensated', 'quarantined'],
  success: [],
  cancelled: [],
  aborted_no_skill: [],
  compensated: [],
  quarantined: [],
}

/** The statuses a task may take next; none once it is sealed. */
export function allowedTargets(from: TaskStatus, sealed = false): readonly TaskStatus[] {
  return sealed ? [] : TRANSITIONS[from]
}

export function canTransition(from: TaskStatus, to: TaskStatus, sealed = false): boolean {
  return allowedTargets(from, sealed).includes(to)
}

export function isAlwaysSealed(status: TaskStatus): boolean {
  return (SEALED_STATUSES as readonly TaskStatus[]).includes(status)
}

export function isHeld(status: TaskStatus): boolean {
  return (HELD_STATUSES as readonly TaskStatus[]).includes(status)
}
