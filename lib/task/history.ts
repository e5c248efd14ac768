/** Records of what happened: events, output, incidents, passes of recovery. */
import { z } from 'zod'
import { ACTOR_KINDS, Count, Id, Instant, Json, STREAMS, TaskStatusName } from './fields.ts'

export const EVENT_TYPES = [
  'task.created',
  'task.imported',
  'task.started',
  'task.waiting',
  'task.progress',
  'task.checkpoint',
  'task.session_linked',
  'task.finished',
  'task.late_result',
  'task.interrupted',
  'task.failed',
  'task.reassigned',
  'task.reassignment_undone',
  'task.cancel_requested',
  'task.cancelled',
  'task.quarantined',
  'task.noted',
  'task.unskilled',
  'task.skilled',
  'task.aborted',
  'task.requeued',
  'task.refused',
  'task.refunded',
  'worker.registered',
  'worker.drained',
  'worker.resumed',
  'worker.stopped',
  'worker.died',
  'recovery.ran',
  'recovery.amnesty',
  'ledger.pruned',
  'operation.started',
  'operation.finished',
  'operation.aborted',
  'recovery.paused',
  'recovery.unpaused',
  'recovery.storm_began',
  'recovery.storm_ended',
  'incident.opened',
  'incident.joined',
  'incident.merged',
  'incident.taken',
  'incident.dropped',
  'incident.noted',
  'incident.braked',
  'incident.released',
  'incident.resolved',
  'incident.reopened',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export const TaskEvent = z.object({
  id: z.string().describe('opaque and ordered; the id of the event in the stream'),
  type: z.enum(EVENT_TYPES),
  taskId: Id.nullable(),
  attempt: z.int().nullable(),
  workerId: Id.nullable(),
  incidentId: Id.nullable().describe('the incident that it is about; events of its tasks name it in their data'),
  fromStatus: TaskStatusName.nullable(),
  toStatus: TaskStatusName.nullable(),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), name: z.string() }),
  reason: z.string().nullable(),
  data: z.record(z.string(), Json),
  at: Instant,
})
export type TaskEvent = z.infer<typeof TaskEvent>

export const OutputChunk = z.object({
  id: z.string(),
  attempt: z.int(),
  stream: z.enum(STREAMS),
  sequence: z.int().min(1),
  data: z.string(),
  dropped: z.object({ from: z.int(), to: z.int(), bytes: Count }).nullable(),
  at: Instant,
  position: z.int().describe('order of arrival within the attempt; what "after" takes'),
})
export type OutputChunk = z.infer<typeof OutputChunk>

export const Compensation = z.object({
  id: Id,
  taskId: Id,
  attempt: z.int().nullable(),
  kind: z.string(),
  target: z.string(),
  reason: z.string(),
  status: z.string(),
  createdAt: Instant,
})
export type Compensation = z.infer<typeof Compensation>

export const RECOVERY_TRIGGERS = ['boot', 'sweep', 'manual'] as const
export const RecoveryHint = z.object({ taskId: Id, text: z.string() })
export const RecoveryRun = z.object({
  id: Id,
  trigger: z.enum(RECOVERY_TRIGGERS),
  dryRun: z.boolean(),
  startedAt: Instant,
  finishedAt: Instant,
  workersDead: Count,
  interrupted: Count,
  quarantined: Count,
  reassigned: Count,
  suspects: Count.describe('of the interrupted: those that died together with others, so that they run alone next'),
  waiting: Count.describe('workers whose lease is over and that a storm keeps from being given up yet'),
  errors: z.array(z.object({ taskId: Id, message: z.string() })),
  hints: z.array(RecoveryHint).describe('the first 500; every hint is an event of its task as well'),
})
export type RecoveryRun = z.infer<typeof RecoveryRun>
