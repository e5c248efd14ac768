import type { EventType } from '#lib/task/schema.ts'

/** What kind of line it is on a timeline: a change of status, an act of a person, a refusal, or what else happened. */
export type EventKind = 'transition' | 'act' | 'refusal' | 'report'

/** Exhaustive over EventType: a new event does not compile until it has a kind. */
export const EVENT_KINDS: Record<EventType, EventKind> = {
  'task.created': 'transition',
  'task.imported': 'transition',
  'task.started': 'transition',
  'task.waiting': 'transition',
  'task.progress': 'report',
  'task.checkpoint': 'report',
  'task.session_linked': 'report',
  'task.finished': 'transition',
  'task.late_result': 'transition',
  'task.interrupted': 'transition',
  'task.failed': 'transition',
  'task.reassigned': 'act',
  'task.reassignment_undone': 'act',
  'task.cancel_requested': 'act',
  'task.cancelled': 'transition',
  'task.quarantined': 'transition',
  'task.noted': 'act',
  'task.unskilled': 'report',
  'task.skilled': 'report',
  'task.aborted': 'transition',
  'task.requeued': 'transition',
  'task.refused': 'refusal',
  'worker.registered': 'report',
  'worker.drained': 'act',
  'worker.resumed': 'act',
  'worker.stopped': 'report',
  'worker.died': 'transition',
  'recovery.ran': 'report',
  'recovery.amnesty': 'report',
  'ledger.pruned': 'report',
  'operation.started': 'act',
  'operation.finished': 'report',
  'operation.aborted': 'act',
  'recovery.paused': 'act',
  'recovery.unpaused': 'act',
  'recovery.storm_began': 'report',
  'recovery.storm_ended': 'report',
  'incident.opened': 'report',
  'incident.joined': 'report',
  'incident.merged': 'report',
  'incident.taken': 'act',
  'incident.dropped': 'act',
  'incident.noted': 'act',
  'incident.braked': 'report',
  'incident.released': 'act',
  'incident.resolved': 'act',
  'incident.reopened': 'report',
  'task.refunded': 'report',
}

/** The names that the stream is listened to by. The keys of an exhaustive map over EventType are exactly its values. */
export const EVENT_NAMES = Object.keys(EVENT_KINDS) as EventType[]
