/** What the history of a task says about its row. Whatever the row holds beyond that, nobody was told. */
import type { TaskStatus } from '#lib/task/states.ts'
import { isAlwaysSealed, isHeld } from '#lib/task/states.ts'
import type { EventState } from './state.ts'

export interface Replayed {
  readonly status: TaskStatus
  readonly attempt: number
  /** Who holds it, or whom it is meant for. */
  readonly workerId: string | null
  readonly sealed: boolean
  readonly retriesUsed: number
  readonly interruptions: number
}

type Data = Readonly<Record<string, unknown>>

/** The row after one more event; before the first there is none. */
export function replay(before: Replayed | undefined, event: EventState): Replayed | undefined {
  // SQLite gives its JSON as text, and PostgreSQL takes it apart.
  const data = (typeof event.data === 'string' ? JSON.parse(event.data) : event.data) as Data
  const to = event.toStatus
  if (event.type === 'task.created') {
    return { status: 'queued', attempt: 0, workerId: null, sealed: false, retriesUsed: 0, interruptions: 0 }
  }
  if (event.type === 'task.imported' && to !== null) {
    // A failure of another history has no retry here.
    const sealed = isAlwaysSealed(to) || to === 'failed'
    return { status: to, attempt: 0, workerId: null, sealed, retriesUsed: 0, interruptions: 0 }
  }
  if (!before) return undefined
  // A worker that a task was meant for is gone: it stays assigned, to nobody.
  if (to === null && event.type === 'task.reassigned') return { ...before, workerId: null }
  // What turned out to be nobody's fault is given back, and the event says how many are left.
  if (event.type === 'task.refunded') return { ...before, interruptions: Number(data.interruptions) }
  if (to === null) return before
  return {
    status: to,
    attempt: event.type === 'task.started' ? (event.attempt ?? before.attempt) : before.attempt,
    workerId: isHeld(to) || to === 'assigned' ? event.workerId : null,
    sealed: isAlwaysSealed(to) || data.sealed === true,
    retriesUsed: before.retriesUsed + retriesOf(before.status, to, event, data),
    interruptions: before.interruptions + (interrupts(event, data) ? 1 : 0),
  }
}

/** Whatever brings a failed task back uses a retry; undoing that gives it back. */
function retriesOf(from: TaskStatus, to: TaskStatus, event: EventState, data: Data): number {
  if (data.free === true) return 0
  if (from === 'failed' && (to === 'assigned' || to === 'running')) return 1
  return event.type === 'task.reassignment_undone' && to === 'failed' ? -1 : 0
}

/** What costs a task nothing says so. */
function interrupts({ type }: EventState, data: Data): boolean {
  if (type === 'task.finished') return data.outcome === 'interrupted'
  return data.charged === true
}
