/**
 * The records of Rollcall as they cross HTTP and reach pages: camelCase, instants as ISO 8601 in UTC with
 * milliseconds, unknown values null. One zod object a record makes the type, the validation and the OpenAPI schema.
 */
import { z } from 'zod'
import { ATTEMPT_STATUSES, TASK_STATUSES } from './states.ts'

export const LIMITS = {
  batch: 1000,
  page: 500,
  pageDefault: 50,
  bodyBytes: 1024 * 1024,
  titleLength: 500,
  textLength: 4000,
  labels: 50,
  skills: 50,
  outputMessageBytes: 256 * 1024,
  waitMs: 30_000,
  leaseMsMin: 5_000,
  leaseMsMax: 3_600_000,
  holdMsMax: 3_600_000,
} as const

export const DEFAULTS = { leaseMs: 30_000, heartbeatMs: 5_000, maxRetries: 1, maxInterruptions: 3 } as const

/** Minted by callers or by the server (UUIDv7). No control characters, no spaces, no slashes: it stands in URLs and logs. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, {
  error: 'must be 1 to 128 letters, digits or ._:@- and begin with a letter or digit',
})
/** A line of words: no control characters, so that it can stand in a log line or a table cell. */
export const Line = z
  .string()
  .min(1)
  .max(LIMITS.titleLength)
  .regex(/^\P{Cc}*$/u, { error: 'must not contain control characters' })
export const Text = z.string().max(LIMITS.textLength)
/** A session is named by its agent's provider, so its id is any line, not one of our ids. */
export const SessionId = Line.max(200)
export const Instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 instant with an offset, such as 2026-11-21T08:00:00.123Z' })
  .describe('ISO 8601 instant; always UTC with milliseconds in answers')
export const Labels = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/), z.string().max(200))
  .refine((labels) => Object.keys(labels).length <= LIMITS.labels, { error: `at most ${LIMITS.labels} labels` })
export const Skill = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,62}$/)
export const Skills = z.array(Skill).max(LIMITS.skills)
export const Json: z.ZodType<unknown> = z.json()
export const Count = z.int().min(0)
export const Money = z.number().min(0)

export const TaskStatusName = z.enum(TASK_STATUSES)
export const AttemptStatusName = z.enum(ATTEMPT_STATUSES)
export const WORKER_STATES = ['alive', 'draining', 'stopped', 'dead'] as const
export type WorkerState = (typeof WORKER_STATES)[number]
export const DEATH_KINDS = ['proven', 'suspected', 'declared', 'replaced'] as const
export type DeathKind = (typeof DEATH_KINDS)[number]
export const NEXT_ACTIONS = ['reassign', 'resume', 'hold', 'fail', 'compensate', 'quarantine'] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]
export const STREAMS = ['stdout', 'stderr'] as const
export type Stream = (typeof STREAMS)[number]
export const ROLES = ['worker', 'viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]
export const ACTOR_KINDS = ['worker', 'person', 'token', 'system'] as const

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
  incidentId: Id.nullable(),
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

export const EVENT_TYPES = [
  'task.created',
  'task.started',
  'task.waiting',
  'task.progress',
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
  'task.refused',
  'worker.registered',
  'worker.drained',
  'worker.resumed',
  'worker.stopped',
  'worker.died',
  'recovery.ran',
  'recovery.amnesty',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export const TaskEvent = z.object({
  id: z.string().describe('opaque and ordered; the id of the event in the stream'),
  type: z.enum(EVENT_TYPES),
  taskId: Id.nullable(),
  attempt: z.int().nullable(),
  workerId: Id.nullable(),
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

export const Incident = z.object({
  id: Id,
  cause: z.string(),
  title: z.string(),
  workerId: Id.nullable(),
  openedAt: Instant,
  resolvedAt: Instant.nullable(),
  total: Count,
  recovered: Count,
  failed: Count,
  open: Count,
})
export type Incident = z.infer<typeof Incident>

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
  errors: z.array(z.object({ taskId: Id, message: z.string() })),
  hints: z.array(RecoveryHint).describe('the first 500; every hint is an event of its task as well'),
})
export type RecoveryRun = z.infer<typeof RecoveryRun>

/** How the sweeper itself is doing; shown on every page. */
export const Health = z.object({
  serverTime: Instant,
  sweptAt: Instant.nullable(),
  sweeper: z.enum(['ok', 'late', 'never']),
  database: z.enum(['sqlite', 'postgresql']),
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
