/** What went on in a window of time, as a chart of attempts by worker needs it. */
import { z } from 'zod'
import { AttemptStatusName, Count, DEATH_KINDS, Id, Instant, TaskStatusName, WORKER_STATES } from './fields.ts'

export const ActivityAttempt = z.object({
  taskId: Id,
  attempt: z.int().min(1),
  workerId: Id,
  title: z.string(),
  status: AttemptStatusName,
  taskStatus: TaskStatusName,
  sealed: z.boolean().describe('whether its task is sealed'),
  current: z.boolean().describe('whether it is the newest attempt of its task'),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  lastHeartbeatAt: Instant.nullable().describe('of its worker, when it was interrupted: nobody knows what came after'),
  refusedAt: Instant.nullable().describe('when a final report of it came too late, and was refused and kept'),
  silentSince: Instant.nullable().describe('its last progress, when that is longer ago than its limit'),
})
export type ActivityAttempt = z.infer<typeof ActivityAttempt>

export const ActivityWorker = z.object({
  id: Id,
  name: z.string(),
  host: z.string(),
  state: z.enum(WORKER_STATES),
  deathKind: z.enum(DEATH_KINDS).nullable(),
  slots: Count,
  leaseMs: z.int(),
  registeredAt: Instant,
  lastHeartbeatAt: Instant,
  leaseExpiresAt: Instant,
  endedAt: Instant.nullable(),
})
export type ActivityWorker = z.infer<typeof ActivityWorker>

export const ActivityMark = z.object({
  kind: z.enum(['boot', 'incident']),
  id: Id,
  title: z.string(),
  workerIds: z.array(Id).describe('the workers that the incident hit'),
  open: z.boolean(),
  at: Instant,
})
export type ActivityMark = z.infer<typeof ActivityMark>

export const Activity = z.object({
  since: Instant,
  until: Instant,
  attempts: z.array(ActivityAttempt),
  workers: z.array(ActivityWorker).describe('those of open incidents and their hosts first, then by name'),
  marks: z.array(ActivityMark),
  truncated: z.boolean().describe('there were more attempts or workers than are told of'),
})
export type Activity = z.infer<typeof Activity>

export const ReadChart = z.strictObject({
  since: Instant.optional().describe('an hour ago, unless given'),
  until: Instant.optional(),
})
export type ReadChart = z.infer<typeof ReadChart>
