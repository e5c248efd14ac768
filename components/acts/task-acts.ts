/** Which acts of an operator a task allows, and why not. The server judges again: this only saves a refused press. */

import { formatClock } from '#components/look/format.ts'
import type { LateReport, Role, Task } from '#lib/task/schema.ts'
import { canTransition, isHeld, type TaskStatus } from '#lib/task/states.ts'

export type ActState =
  | { status: 'idle' }
  | { status: 'done' }
  | { status: 'refused'; code: string; detail: string; advice: string }
export type Act = (previous: ActState, form: FormData) => Promise<ActState>

export const MAIN_ACTS = ['reassign', 'fail', 'cancel', 'note'] as const
export const MORE_ACTS = ['hold', 'release', 'compensate', 'adopt', 'quarantine'] as const
export type ActName = (typeof MAIN_ACTS)[number] | (typeof MORE_ACTS)[number]
export type TaskActions = Record<ActName | 'undo', Act>

/** What is known of a task beside its record. */
export interface ActFacts {
  readonly compensations: number
  readonly lateReports: readonly LateReport[]
  readonly successorId: string | null
}

const TARGETS: Partial<Record<ActName, TaskStatus>> = {
  fail: 'failed',
  cancel: 'cancelled',
  quarantine: 'quarantined',
  compensate: 'compensated',
}
const NAMES: Record<ActName, string> = {
  reassign: 'Reassign',
  fail: 'Fail',
  cancel: 'Cancel',
  note: 'Note',
  hold: 'Hold',
  release: 'Release',
  compensate: 'Compensate',
  adopt: 'Adopt',
  quarantine: 'Quarantine',
}

/** The sentence that says why the act is refused; null when it may be tried. */
export function refusalOf(act: ActName, task: Task, role: Role, facts: ActFacts): string | null {
  const byRole = roleRefusal(NAMES[act], role)
  if (byRole !== null || act === 'note') return byRole
  const why =
    act === 'release'
      ? whyNoRelease(task, facts)
      : (whyNoRetry(act, task) ?? sealedSince(task) ?? whyNot(act, task, facts))
  return why === null ? null : `${NAMES[act]} is refused: ${why}`
}

/** Why somebody of this role may not act at all; null when they may. */
export function roleRefusal(name: string, role: Role): string | null {
  return role === 'operator' || role === 'admin' ? null : `${name} is refused: a ${role} may look, not act.`
}

function sealedSince({ sealedAt }: Task): string | null {
  return sealedAt === null ? null : `the task is sealed since ${formatClock(sealedAt)} UTC.`
}

/** Said before that the task is sealed: it is why. */
function whyNoRetry(act: ActName, { status, retriesUsed, maxRetries }: Task): string | null {
  if (act !== 'reassign' || status !== 'failed' || retriesUsed < maxRetries) return null
  return maxRetries === 0 ? 'it was to be tried once.' : `${retriesUsed} of ${maxRetries} retries are used.`
}

function whyNot(act: ActName, task: Task, facts: ActFacts): string | null {
  if (act === 'reassign') return whyNoReassignment(task)
  if (act === 'adopt') return whyNoAdoption(task, facts)
  if (act === 'hold') return whyNoHold(task)
  if (act === 'cancel' && task.cancelRequestedAt !== null) {
    return `it was asked for at ${formatClock(task.cancelRequestedAt)} UTC.`
  }
  const final = act === 'fail' && task.sideEffects && task.retriesUsed >= task.maxRetries
  if (final && facts.compensations === 0) {
    return 'the task acts on the outside world and no compensation is registered.'
  }
  const target = TARGETS[act]
  if (target && !canTransition(task.status, target)) return notFrom(act, task)
  if (act !== 'compensate') return null
  if (facts.compensations === 0) return 'no step is registered that would undo it.'
  return task.compensatingSince !== null && task.nextAction === 'compensate' ? 'it is being undone already.' : null
}

function notFrom(act: ActName, task: Task): string {
  if (act === 'fail' || act === 'cancel') return `the task is ${task.status} already.`
  if (isHeld(task.status)) return `${holderOf(task)} holds it. Fail it first.`
  return `the task is ${task.status}.`
}

function whyNoReassignment(task: Task): string | null {
  if (task.undoable) return 'it was reassigned already. Undo that first.'
  if (isHeld(task.status) && !canTransition(task.status, 'assigned')) {
    return `${holderOf(task)} holds it. Fail it first, or wait until its lease is over.`
  }
  return canTransition(task.status, 'assigned') ? null : `the task is ${task.status} already.`
}

function whyNoHold(task: Task): string | null {
  if (isHeld(task.status)) return `${holderOf(task)} holds it.`
  return task.heldAt === null ? null : `it is held since ${formatClock(task.heldAt)} UTC.`
}

function whyNoRelease(task: Task, { successorId }: ActFacts): string | null {
  if (task.status === 'quarantined') return successorId === null ? null : 'it was released already, as another task.'
  const sealed = sealedSince(task)
  if (sealed !== null) return sealed
  const waits = task.status === 'interrupted' || task.status === 'failed'
  return task.heldAt !== null || (waits && task.nextAction === 'hold') ? null : 'nothing holds it back.'
}

function whyNoAdoption(task: Task, { lateReports }: ActFacts): string | null {
  if (task.compensatingSince !== null) return 'its side effects are being undone.'
  return lateReports.some(isAdoptable) ? null : 'no late report of it is kept.'
}

export function isAdoptable({ status, outcome }: LateReport): boolean {
  return status === 'kept' && outcome !== 'interrupted'
}

function holderOf({ holder }: Task): string {
  return holder?.name ?? 'a worker'
}
