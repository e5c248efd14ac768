/**
 * The records of Rollcall as they cross HTTP and reach pages: camelCase, instants as ISO 8601 in UTC with
 * milliseconds, unknown values null. One zod object a record makes the type, the validation and the OpenAPI schema.
 */
import { z } from 'zod'
import {
  AttemptStatusName,
  Count,
  DEATH_KINDS,
  Id,
  Instant,
  Json,
  Labels,
  Money,
  NEXT_ACTIONS,
  SessionId,
  Skills,
  TaskStatusName,
  WORKER_STATES,
} from './fields.ts'
import { RecoveryPause, Storm } from './incident.ts'

export * from './access.ts'
export * from './access-limits.ts'
export * from './compensation.ts'
export * from './fields.ts'
export * from './history.ts'
export * from './incident.ts'
export * from './operation.ts'
export * from './resume.ts'

/** What is known of the worker that holds, or last held, a task; it feeds the five ticks. */
export const Holder = z.object({
  workerId: Id,
  name: z.string(),
  state: z.enum(WORKER_STATES),
  deathKind: z.enum(DEATH_KINDS).nullable(),
  leaseExpiresAt: Instant,
  leaseMs: z.int(),
  lastHeartbeatAt: Instant,
  endedAt: Instant.nullable(),
})
export type Holder = z.infer<typeof Holder>

export const Task = z.object({
  id: Id,
  correlationId: z.string().nullable(),
  title: z.string(),
  repo: z.string().nullable(),
  issueNumber: z.int().nullable(),
  user: z.string().nullable(),
  agent: z.string().nullable(),
  agentType: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  payload: Json.nullable(),
  labels: Labels,
  requires: Skills,
  priority: z.int(),
  status: TaskStatusName,
  phase: z.string().nullable(),
  sealedAt: Instant.nullable(),
  attempt: Count.describe('number of the current attempt and its fencing token; 0 before the first'),
  workerId: Id.nullable().describe('the worker that holds the task, or that it is pinned to while assigned'),
  retriesUsed: Count,
  maxRetries: Count,
  interruptions: Count,
  maxInterruptions: Count,
  notBefore: Instant.nullable(),
  cancelRequestedAt: Instant.nullable(),
  nextAction: z.enum(NEXT_ACTIONS).nullable(),
  nextAt: Instant.nullable(),
  nextReason: z.string().nullable(),
  strategy: z.string().nullable(),
  progressTimeoutMs: z.int().nullable(),
  progressAt: Instant.nullable(),
  noProgressSince: Instant.nullable().describe('when it was noticed that nothing had come for progressTimeoutMs'),
  incidentId: Id.nullable(),
  suspect: z.boolean().describe('died together with others: its next attempt runs alone, where a worker is idle'),
  excludedWorkerId: Id.nullable().describe('the worker that shall not take it again while another one can'),
  assignedAt: Instant.nullable(),
  resumesUsed: Count,
  waitReason: z.string().nullable().describe('what it waits for, while it is waiting'),
  predecessorId: Id.nullable().describe('the quarantined task that this one was released from'),
  checkpointTurn: z.int().nullable().describe('turn of the newest checkpoint that a later attempt may go on from'),
  heldAt: Instant.nullable().describe('since when a person keeps it from being taken or brought back by itself'),
  compensatingSince: Instant.nullable().describe('since when its side effects are being undone'),
  undoable: z.boolean().describe('a reassignment that nobody has started yet and that can be undone'),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  interruptedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  updatedAt: Instant,
  reason: z.string().nullable(),
  errorClass: z.string().nullable(),
  errorMessage: z.string().nullable(),
  exitCode: z.int().nullable(),
  costUsd: Money.nullable(),
  tokensIn: Count.nullable(),
  tokensOut: Count.nullable(),
  turns: Count.nullable(),
  artifacts: Json.nullable(),
  sideEffects: z.boolean(),
  holder: Holder.nullable().describe('the worker of the current attempt, with the facts of its lease'),
})
export type Task = z.infer<typeof Task>

export const Attempt = z.object({
  taskId: Id,
  attempt: z.int().min(1),
  workerId: Id,
  workerName: z.string(),
  status: AttemptStatusName,
  cause: z
    .string()
    .nullable()
    .describe('why it was interrupted: proven, suspected, declared, replaced, shutdown, dropped'),
  sessionId: z.string().nullable(),
  startedAt: Instant,
  progressAt: Instant,
  lastHeartbeatAt: Instant.nullable().describe('the last heartbeat of its worker, kept when the attempt ended'),
  finishedAt: Instant.nullable(),
  exitCode: z.int().nullable(),
  reason: z.string().nullable(),
  errorClass: z.string().nullable(),
  errorMessage: z.string().nullable(),
  costUsd: Money.nullable(),
  tokensIn: Count.nullable(),
  tokensOut: Count.nullable(),
  turns: Count.nullable(),
  outputBytes: Count,
})
export type Attempt = z.infer<typeof Attempt>

export const Worker = z.object({
  id: Id,
  name: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string().nullable(),
  skills: Skills,
  labels: Labels,
  slots: z.int(),
  held: Count.describe('tasks that it holds now'),
  state: z.enum(WORKER_STATES),
  deathKind: z.enum(DEATH_KINDS).nullable(),
  reason: z.string().nullable(),
  leaseMs: z.int(),
  leaseExpiresAt: Instant,
  lastHeartbeatAt: Instant,
  registeredAt: Instant,
  endedAt: Instant.nullable(),
})
export type Worker = z.infer<typeof Worker>

export const SESSION_STATUSES = ['active', 'closed', 'resumable', 'invalidated'] as const
export const Session = z.object({
  id: SessionId,
  provider: z.string().nullable(),
  taskId: Id,
  attempt: z.int(),
  workerId: Id,
  status: z.enum(SESSION_STATUSES),
  linkedAt: Instant,
  endedAt: Instant.nullable(),
  reason: z.string().nullable(),
})
export type Session = z.infer<typeof Session>

/** How the sweeper itself is doing; shown on every page. */
export const Health = z.object({
  serverTime: Instant,
  sweptAt: Instant.nullable(),
  sweeper: z.enum(['ok', 'late', 'never']),
  database: z.enum(['sqlite', 'postgresql']),
  pause: RecoveryPause.nullable().describe('why automatic recovery is paused, and until when'),
  storm: Storm.nullable(),
})
export type Health = z.infer<typeof Health>

export const Problem = z.object({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  advice: z.string(),
  requestId: z.string(),
})
export type Problem = z.infer<typeof Problem>
