/**
 * The endpoint table of HTTP API version 1. The server routes by it, the worker's client is typed by it, the command
 * line calls through it and the OpenAPI document is made from it: there is no second description of the API.
 */
import { z } from 'zod'
import * as commands from './task/commands.ts'
import type { ErrorCode } from './task/errors.ts'
import * as schema from './task/schema.ts'

const { Task, Attempt, Worker, Session, TaskEvent, OutputChunk, Compensation, RecoveryRun, Incident, Instant, Id, Json } =
  schema

/** Who may call: any token, a worker's own token (operators too), or operators only. */
export type Access = 'public' | 'viewer' | 'worker' | 'operator'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `{name}` marks a path parameter; it is merged into the input under `params`' name for it. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  /** The command of the operation. Path parameters are fields of it; the rest comes from the body, or the query of a GET. */
  readonly input: z.ZodType
  /** Fields of `input` that stand in the path, by the name they have there. */
  readonly params?: Readonly<Record<string, string>>
  readonly output: z.ZodType
  readonly status: number
  readonly errors: readonly ErrorCode[]
}

const page = <T extends z.ZodType>(name: string, item: T) =>
  z.object({ [name]: z.array(item), nextCursor: z.string().nullable() })
const attemptResult = z.union([z.object({ task: Task }), z.object({ error: schema.Problem })])
const resume = Json.nullable().describe('what a former attempt left to go on from; null when there is nothing')
const fenced = ['fence_rejected', 'sealed_task', 'not_found'] as const
const act = ['not_found', 'invalid_transition', 'sealed_task'] as const
const claimed = z.object({ ...Task.shape, resume })

function endpoint<const E extends Endpoint>(definition: E): E {
  return definition
}

export const ENDPOINTS = {
  registerWorker: endpoint({
    method: 'POST',
    path: '/api/v1/workers',
    summary: 'Register a new incarnation of a worker process, with its lease',
    access: 'worker',
    input: commands.RegisterWorker,
    output: z.object({ worker: Worker, leaseMs: z.int(), heartbeatMs: z.int(), serverTime: Instant }),
    status: 201,
    errors: ['not_found'],
  }),
  listWorkers: endpoint({
    method: 'GET',
    path: '/api/v1/workers',
    summary: 'List workers, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('workers', Worker),
    status: 200,
    errors: [],
  }),
  getWorker: endpoint({
    method: 'GET',
    path: '/api/v1/workers/{id}',
    summary: 'Read one worker',
    access: 'viewer',
    input: z.strictObject({ workerId: Id }),
    params: { id: 'workerId' },
    output: z.object({ worker: Worker }),
    status: 200,
    errors: ['not_found'],
  }),
  heartbeat: endpoint({
    method: 'POST',
    path: '/api/v1/workers/{id}/heartbeats',
    summary: 'Renew the lease and compare what the worker holds with what the ledger knows',
    access: 'worker',
    input: commands.Heartbeat,
    params: { id: 'workerId' },
    output: z.object({
      leaseExpiresAt: Instant,
      serverTime: Instant,
      drain: z.boolean(),
      held: z.array(
        z.object({ taskId: Id, attempt: z.int(), verdict: z.enum(['held', 'lost', 'cancel', 'unknown']) }),
      ),
    }),
    status: 200,
    errors: ['not_found', 'lease_expired'],
  }),
  stopWorker: endpoint({
    method: 'DELETE',
    path: '/api/v1/workers/{id}',
    summary: 'Say goodbye; what the worker still holds is interrupted with cause "shutdown"',
    access: 'worker',
    input: commands.StopWorker,
    params: { id: 'workerId' },
    output: z.object({ worker: Worker }),
    status: 200,
    errors: ['not_found', 'lease_expired'],
  }),
  drainWorker: endpoint({
    method: 'POST',
    path: '/api/v1/workers/{id}/drain',
    summary: 'Let a worker finish what it holds and give it nothing new',
    access: 'operator',
    input: commands.DrainWorker,
    params: { id: 'workerId' },
    output: z.object({ worker: Worker }),
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
  resumeWorker: endpoint({
    method: 'POST',
    path: '/api/v1/workers/{id}/resume',
    summary: 'End a drain',
    access: 'operator',
    input: commands.ResumeWorker,
    params: { id: 'workerId' },
    output: z.object({ worker: Worker }),
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
  declareDead: endpoint({
    method: 'POST',
    path: '/api/v1/workers/{id}/death',
    summary: 'Declare a worker dead and recover what it holds, at once',
    access: 'operator',
    input: commands.DeclareDead,
    params: { id: 'workerId' },
    output: z.object({ worker: Worker }),
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
  createTask: endpoint({
    method: 'POST',
    path: '/api/v1/tasks',
    summary: 'Put a task on record; with "start" it is running when the answer comes',
    access: 'worker',
    input: commands.CreateTask,
    output: z.object({ task: Task }),
    status: 201,
    errors: ['duplicate_task', 'not_found', 'lease_expired'],
  }),
  createTasks: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/batch',
    summary: 'Put up to 1000 tasks on record; each has its own result',
    access: 'worker',
    input: z.strictObject({ tasks: z.array(commands.CreateTask).min(1).max(schema.LIMITS.batch) }),
    output: z.object({ results: z.array(attemptResult) }),
    status: 200,
    errors: [],
  }),
  listTasks: endpoint({
    method: 'GET',
    path: '/api/v1/tasks',
    summary: 'List tasks, newest first; without a window: all that are open, and those sealed in the last 24 h',
    access: 'viewer',
    input: commands.ListTasks,
    output: page('tasks', Task),
    status: 200,
    errors: [],
  }),
  getTask: endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{id}',
    summary: 'Read one task with its attempts, session and compensations',
    access: 'viewer',
    input: z.strictObject({ taskId: Id }),
    params: { id: 'taskId' },
    output: z.object({
      task: Task,
      attempts: z.array(Attempt),
      session: Session.nullable(),
      compensations: z.array(Compensation),
    }),
    status: 200,
    errors: ['not_found'],
  }),
  listEvents: endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{id}/events',
    summary: 'Read the history of a task, newest first',
    access: 'viewer',
    input: commands.ListEvents.extend({ taskId: Id }),
    params: { id: 'taskId' },
    output: page('events', TaskEvent),
    status: 200,
    errors: ['not_found'],
  }),
  readOutput: endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{id}/output',
    summary: 'Read output in the order in which it arrived; "after" is a position',
    access: 'viewer',
    input: commands.ReadOutput.extend({ taskId: Id }),
    params: { id: 'taskId' },
    output: z.object({ chunks: z.array(OutputChunk), nextAfter: z.int().nullable() }),
    status: 200,
    errors: ['not_found'],
  }),
  claimTasks: endpoint({
    method: 'POST',
    path: '/api/v1/claims',
    summary: 'Take the next due tasks that this worker can do; waits up to waitMs for one',
    access: 'worker',
    input: commands.ClaimTasks,
    output: z.object({ tasks: z.array(claimed) }),
    status: 200,
    errors: ['not_found', 'lease_expired'],
  }),
  startAttempt: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/attempts',
    summary: 'Take one named task, or reattach to work that still goes on',
    access: 'worker',
    input: commands.StartAttempt,
    params: { id: 'taskId' },
    output: z.object({ task: Task, attempt: z.int(), resume }),
    status: 201,
    errors: [...fenced, 'lease_conflict', 'lease_expired', 'not_before', 'invalid_transition'],
  }),
  appendOutput: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/output',
    summary: 'Append output; duplicates are acked again, a gap is answered with the highest sequence known',
    access: 'worker',
    input: commands.AppendOutput,
    params: { id: 'taskId' },
    output: z.object({ acked: z.array(z.string()), highest: z.object({ stdout: z.int(), stderr: z.int() }) }),
    status: 200,
    errors: fenced,
  }),
  reportProgress: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/progress',
    summary: 'Say that the attempt gets on: phase, note, turns, tokens, cost',
    access: 'worker',
    input: commands.ReportProgress,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: fenced,
  }),
  linkSession: endpoint({
    method: 'PUT',
    path: '/api/v1/tasks/{id}/session',
    summary: 'Name the agent session that the attempt runs in',
    access: 'worker',
    input: commands.LinkSession,
    params: { id: 'taskId' },
    output: z.object({ session: Session }),
    status: 200,
    errors: [...fenced, 'lease_conflict'],
  }),
  finishAttempt: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/completion',
    summary: 'Report the outcome of an attempt; idempotent by messageId',
    access: 'worker',
    input: commands.FinishAttempt,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: [...fenced, 'compensation_required'],
  }),
  finishAttempts: endpoint({
    method: 'POST',
    path: '/api/v1/completions',
    summary: 'Report up to 1000 outcomes; each has its own result',
    access: 'worker',
    input: z.strictObject({ completions: z.array(commands.FinishAttempt).min(1).max(schema.LIMITS.batch) }),
    output: z.object({ results: z.array(attemptResult) }),
    status: 200,
    errors: [],
  }),
  failTask: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/failure',
    summary: 'Fail a task by hand',
    access: 'operator',
    input: commands.FailTask,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: [...act, 'compensation_required'],
  }),
  reassignTask: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/reassignment',
    summary: 'Give a task to any worker, or to one; it can be undone until somebody starts it',
    access: 'operator',
    input: commands.ReassignTask,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: [...act, 'retries_exhausted'],
  }),
  undoReassignment: endpoint({
    method: 'DELETE',
    path: '/api/v1/tasks/{id}/reassignment',
    summary: 'Undo a reassignment that nobody has started; the task is then held for an operator',
    access: 'operator',
    input: commands.UndoReassignment,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: act,
  }),
  cancelTask: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/cancellation',
    summary: 'Cancel a task; a running one is asked to stop with the next heartbeat of its worker',
    access: 'operator',
    input: commands.CancelTask,
    params: { id: 'taskId' },
    output: z.object({ task: Task }),
    status: 200,
    errors: act,
  }),
  noteTask: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/notes',
    summary: 'Append a note; sealed tasks take notes too',
    access: 'operator',
    input: commands.NoteTask,
    params: { id: 'taskId' },
    output: z.object({ event: TaskEvent }),
    status: 201,
    errors: ['not_found'],
  }),
  listSessions: endpoint({
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'List agent sessions, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('sessions', Session),
    status: 200,
    errors: [],
  }),
  listIncidents: endpoint({
    method: 'GET',
    path: '/api/v1/incidents',
    summary: 'List incidents, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('incidents', Incident),
    status: 200,
    errors: [],
  }),
  getIncident: endpoint({
    method: 'GET',
    path: '/api/v1/incidents/{id}',
    summary: 'Read one incident',
    access: 'viewer',
    input: z.strictObject({ incidentId: Id }),
    params: { id: 'incidentId' },
    output: z.object({ incident: Incident }),
    status: 200,
    errors: ['not_found'],
  }),
  listRecoveryRuns: endpoint({
    method: 'GET',
    path: '/api/v1/recovery-runs',
    summary: 'List passes of recovery that found something, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('recoveryRuns', RecoveryRun),
    status: 200,
    errors: [],
  }),
  getRecoveryRun: endpoint({
    method: 'GET',
    path: '/api/v1/recovery-runs/{id}',
    summary: 'Read one pass of recovery',
    access: 'viewer',
    input: z.strictObject({ recoveryRunId: Id }),
    params: { id: 'recoveryRunId' },
    output: z.object({ recoveryRun: RecoveryRun }),
    status: 200,
    errors: ['not_found'],
  }),
  recover: endpoint({
    method: 'POST',
    path: '/api/v1/recovery-runs',
    summary: 'Recover now, or with dryRun say what recovery would do',
    access: 'operator',
    input: commands.Recover,
    output: z.object({ recoveryRun: RecoveryRun }),
    status: 200,
    errors: [],
  }),
  streamEvents: endpoint({
    method: 'GET',
    path: '/api/v1/events/stream',
    summary: 'Server-sent events of the whole ledger or one task; Last-Event-ID resumes without a gap',
    access: 'viewer',
    input: commands.StreamEvents,
    output: TaskEvent,
    status: 200,
    errors: [],
  }),
  openapi: endpoint({
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    access: 'public',
    input: z.strictObject({}),
    output: z.record(z.string(), Json),
    status: 200,
    errors: [],
  }),
  healthz: endpoint({
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    access: 'public',
    input: z.strictObject({}),
    output: z.object({ status: z.literal('ok') }),
    status: 200,
    errors: [],
  }),
  readyz: endpoint({
    method: 'GET',
    path: '/readyz',
    summary: 'The database answers and the sweeper runs',
    access: 'public',
    input: z.strictObject({}),
    output: schema.Health,
    status: 200,
    errors: ['unavailable'],
  }),
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof ENDPOINTS
export type EndpointInput<N extends EndpointName> = z.input<(typeof ENDPOINTS)[N]['input']>
export type EndpointOutput<N extends EndpointName> = z.output<(typeof ENDPOINTS)[N]['output']>

/** Every call may meet these, whatever the endpoint. */
export const COMMON_ERRORS = [
  'validation',
  'unauthenticated',
  'forbidden',
  'payload_too_large',
  'unavailable',
  'internal',
] as const satisfies readonly ErrorCode[]

/** Where the booted server puts its request handler for `server.js`, which runs outside the bundle. */
export const API_HANDLER = Symbol.for('rollcall.api')

