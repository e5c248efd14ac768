/**
 * One zod object an operation: what it takes. The same objects check HTTP bodies, forms, the CLI and boot.
 * All are strict: an unknown field is refused, never dropped in silence.
 */
import { z } from 'zod'
import { about } from './about.ts'
import { moreFilters } from './filters.ts'
import {
  Count,
  Id,
  Instant,
  Json,
  Labels,
  LIMITS,
  Line,
  Note,
  Ordinal,
  paging,
  Reason,
  ReportedMoney,
  SessionId,
  Skills,
  SmallCount,
  STREAMS,
  TaskStatusName,
  Text,
} from './schema.ts'
import { ATTEMPT_OUTCOMES } from './states.ts'

export * from './checkpoint-commands.ts'

const Held = z.strictObject({ taskId: Id, attempt: Ordinal })

export const CreateTask = z.strictObject({
  id: Id.optional(),
  ...about,
  requires: Skills.optional(),
  priority: z.int().min(-100).max(100).optional(),
  maxRetries: z.int().min(0).max(100).optional(),
  maxInterruptions: z.int().min(0).max(100).optional(),
  notBefore: Instant.optional(),
  sideEffects: z.boolean().optional(),
  progressTimeoutMs: z.int().min(1000).optional(),
  strategy: Line.max(100).optional(),
  start: z.strictObject({ workerId: Id, sessionId: SessionId.optional() }).optional(),
})
export type CreateTask = z.infer<typeof CreateTask>

export const RegisterWorker = z
  .strictObject({
    host: Line.max(255),
    pid: Ordinal,
    name: Line.max(200).optional(),
    version: Line.max(100).optional(),
    bootId: Line.max(100).optional(),
    pidNamespace: Line.max(100).optional(),
    processStartedAt: Line.max(100).optional().describe('an opaque string, compared for equality'),
    skills: Skills.optional(),
    labels: Labels.optional(),
    slots: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('how many tasks it holds by claims; as many as it asks for unless told'),
    leaseMs: z.int().min(LIMITS.leaseMsMin).max(LIMITS.leaseMsMax).optional(),
    heartbeatMs: z.int().min(100).optional(),
    replaces: Id.optional(),
  })
  .refine((worker) => worker.heartbeatMs === undefined || worker.heartbeatMs < (worker.leaseMs ?? 30_000), {
    error: 'the heartbeat interval must be shorter than the lease',
    path: ['heartbeatMs'],
  })
export type RegisterWorker = z.infer<typeof RegisterWorker>

export const Heartbeat = z.strictObject({
  workerId: Id,
  held: z.array(Held).max(10_000),
  progress: z.array(Held).max(10_000).optional().describe('attempts that got on since the last heartbeat'),
})
export type Heartbeat = z.infer<typeof Heartbeat>

export const ClaimTasks = z.strictObject({
  workerId: Id,
  requestId: Id,
  max: z.int().min(1).max(LIMITS.batch).optional().describe('1 unless told, and never more than its free slots'),
  waitMs: z.int().min(0).max(LIMITS.waitMs).optional(),
})
export type ClaimTasks = z.infer<typeof ClaimTasks>

export const StartAttempt = z.strictObject({
  taskId: Id,
  workerId: Id,
  requestId: Id,
  reattach: z.strictObject({ attempt: Ordinal }).optional(),
})
export type StartAttempt = z.infer<typeof StartAttempt>

const AttemptRef = { taskId: Id, workerId: Id, attempt: Ordinal }

export const OutputMessage = z
  .strictObject({
    id: Id,
    stream: z.enum(STREAMS),
    sequence: Ordinal,
    data: z.string().max(LIMITS.outputMessageBytes),
    dropped: z
      .strictObject({ from: Ordinal, to: Ordinal, bytes: Count })
      .refine((gap) => gap.from <= gap.to, { error: 'from must not be after to' })
      .optional()
      .describe('messages of this stream that were dropped right before this one'),
  })
  .refine(({ sequence, dropped }) => dropped === undefined || dropped.to === sequence - 1, {
    error: 'what was dropped must end right before this message',
    path: ['dropped', 'to'],
  })
export type OutputMessage = z.infer<typeof OutputMessage>

export const AppendOutput = z.strictObject({
  ...AttemptRef,
  messages: z.array(OutputMessage).min(1).max(LIMITS.batch),
  late: z
    .boolean()
    .optional()
    .describe('what was kept of an attempt by a worker that died: taken also while the task is interrupted'),
})
export type AppendOutput = z.infer<typeof AppendOutput>

const usage = {
  turns: SmallCount.optional(),
  tokensIn: Count.optional(),
  tokensOut: Count.optional(),
  costUsd: ReportedMoney.optional(),
}

export const ReportProgress = z.strictObject({
  ...AttemptRef,
  phase: Line.max(100).optional(),
  note: Text.optional(),
  waiting: z
    .strictObject({ reason: Line.max(200).describe('what it waits for: an approval, an input, a limit') })
    .nullable()
    .optional()
    .describe('the attempt waits for something outside; null, or any other report, ends that'),
  ...usage,
})
export type ReportProgress = z.infer<typeof ReportProgress>

export const LinkSession = z.strictObject({ ...AttemptRef, sessionId: SessionId, provider: Line.max(200).optional() })
export type LinkSession = z.infer<typeof LinkSession>

/** `failure` is what older histories call `failed`. */
const Outcome = z.preprocess((value) => (value === 'failure' ? 'failed' : value), z.enum(ATTEMPT_OUTCOMES))

export const FinishAttempt = z.strictObject({
  ...AttemptRef,
  messageId: Id,
  outcome: Outcome,
  reason: Text.optional(),
  exitCode: z.int().min(-1).max(255).optional(),
  error: z.strictObject({ class: Line.max(200), message: Text }).optional(),
  ...usage,
  artifacts: Json.optional(),
})
export type FinishAttempt = z.infer<typeof FinishAttempt>

const TaskAct = { taskId: Id, reason: Reason }
export const FailTask = z.strictObject(TaskAct)
export type FailTask = z.infer<typeof FailTask>
export const CancelTask = z.strictObject(TaskAct)
export type CancelTask = z.infer<typeof CancelTask>
export const ReassignTask = z.strictObject({
  ...TaskAct,
  workerId: Id.optional().describe('pins the task to one worker; without it any worker with the skills may take it'),
  holdMs: z
    .int()
    .min(0)
    .max(LIMITS.holdMsMax)
    .optional()
    .describe('how long it can be undone before a worker may take it'),
})
export type ReassignTask = z.infer<typeof ReassignTask>
export const UndoReassignment = z.strictObject({ taskId: Id })
export type UndoReassignment = z.infer<typeof UndoReassignment>
export const NoteTask = z.strictObject({ taskId: Id, text: Note })
export type NoteTask = z.infer<typeof NoteTask>

const WorkerAct = { workerId: Id, reason: Reason.optional() }
export const DrainWorker = z.strictObject(WorkerAct)
export type DrainWorker = z.infer<typeof DrainWorker>
export const ResumeWorker = z.strictObject(WorkerAct)
export type ResumeWorker = z.infer<typeof ResumeWorker>
export const DeclareDead = z.strictObject({
  ...WorkerAct,
  hostRebooted: z.boolean().optional().describe('its host was rebooted, so that its tasks are not to blame'),
})
export type DeclareDead = z.infer<typeof DeclareDead>
export const StopWorker = z.strictObject(WorkerAct)
export type StopWorker = z.infer<typeof StopWorker>

export const Recover = z.strictObject({ dryRun: z.boolean().optional() })
export type Recover = z.infer<typeof Recover>

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value), z.array(item))

export const ListTasks = z.strictObject({
  id: list(Id).optional().describe('only these ids, comma-separated; for refreshing rows in place'),
  status: list(TaskStatusName).optional(),
  repo: z.string().max(200).optional(),
  agent: z.string().max(200).optional(),
  worker: z.string().max(200).optional().describe('id or name of the worker of the current attempt'),
  user: z.string().max(200).optional(),
  issue: z.coerce.number().int().min(1).max(LIMITS.integerMax).optional(),
  label: z.string().max(300).optional().describe('key or key=value'),
  q: z.string().max(200).optional().describe('words in title, error, reason or the beginning of an id'),
  at: Instant.optional().describe('with an attempt under way at that moment; worker then means whose it was'),
  since: Instant.optional(),
  until: Instant.optional(),
  incident: Id.optional(),
  ...moreFilters,
  ...paging,
})
export type ListTasks = z.infer<typeof ListTasks>

export const ListEvents = z.strictObject({ ...paging })
export type ListEvents = z.infer<typeof ListEvents>
export const ListPage = z.strictObject({ ...paging })
export type ListPage = z.infer<typeof ListPage>
export const ReadOutput = z.strictObject({
  attempt: z.coerce.number().int().min(1).max(LIMITS.integerMax).optional(),
  stream: z.enum(STREAMS).optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.batch).optional(),
})
export type ReadOutput = z.infer<typeof ReadOutput>
export const StreamEvents = z.strictObject({ task: Id.optional(), after: z.string().max(100).optional() })
export type StreamEvents = z.infer<typeof StreamEvents>
