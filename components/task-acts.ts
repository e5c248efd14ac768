/** Which acts of an operator a task allows, and why not. The server judges again: this only saves a refused press. */
import type { Role, Task } from '#lib/task/schema.ts'
import { canTransition, isHeld, type TaskStatus } from '#lib/task/states.ts'
import { formatClock } from './format.ts'

export type ActState =
  | { status: 'idle' }
  | { status: 'done' }
  | { status: 'refused'; code: string; detail: string; advice: string }
export type Act = (previous: ActState, form: FormData) => Promise<ActState>

export type ActName = 'reassign' | 'fail' | 'cancel' | 'note'
export type TaskActions = Record<ActName | 'undo', Act>

const TARGETS: Record<Exclude<ActName, 'note'>, TaskStatus> = {
  reassign: 'assigned',
  fail: 'failed',
  cancel: 'cancelled',
}
const NAMES: Record<ActName, string> = { reassign: 'Reassign', fail: 'Fail', cancel: 'Cancel', note: 'Note' }

/** The sentence that says why the act is refused; null when it may be tried. */
export function refusalOf(act: ActName, task: Task, role: Role, compensations: number): string | null {
  const byRole = roleRefusal(NAMES[act], role)
  if (byRole !== null || act === 'note') return byRole
  if (task.sealedAt !== null)
    return `${NAMES[act]} is refused: the task is sealed since ${formatClock(task.sealedAt)} UTC.`
  if (act === 'cancel' && task.cancelRequestedAt !== null) {
    return `Cancel is refused: it was asked for at ${formatClock(task.cancelRequestedAt)} UTC.`
  }
  if (act === 'reassign') return reassignRefusal(task)
  if (act === 'fail' && task.sideEffects && task.retriesUsed >= task.maxRetries && compensations === 0) {
    return 'Fail is refused: the task acts on the outside world and no compensation is registered.'
  }
  if (!canTransition(task.status, TARGETS[act])) return `${NAMES[act]} is refused: the task is ${task.status} already.`
  return null
}

/** Why somebody of this role may not act at all; null when they may. */
export function roleRefusal(name: string, role: Role): string | null {
  return role === 'operator' || role === 'admin' ? null : `${name} is refused: a ${role} may look, not act.`
}

function reassignRefusal(task: Task): string | null {
  if (task.undoable) return 'Reassign is refused: it was reassigned already. Undo that first.'
  if (isHeld(task.status) && !canTransition(task.status, 'assigned')) {
    return `Reassign is refused: ${task.holder?.name ?? 'a worker'} holds it. Fail it first, or wait until its lease is over.`
  }
  if (task.status === 'failed' && task.retriesUsed >= task.maxRetries) {
    return `Reassign is refused: ${task.retriesUsed} of ${task.maxRetries} retries are used.`
  }
  if (!canTransition(task.status, 'assigned')) return `Reassign is refused: the task is ${task.status} already.`
  return null
}
