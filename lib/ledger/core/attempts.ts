/** How attempts begin and end, whichever operation asks for it: the row of the task, of the attempt, of its session. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Resume, Task } from '#lib/task/schema.ts'
import type { AttemptOutcome } from '#lib/task/states.ts'
import { applyChanges, type Change } from './change.ts'
import type { Actor } from './context.ts'
import { appendEvents } from './events.ts'
import { pointOf, type ResumePoint, readResumes } from './resume.ts'
import { type TaskRow, taskRecord, toHolder } from './rows.ts'
import type { WorkerRow } from './workers.ts'

export interface Begin {
  readonly row: TaskRow
  readonly workerId: string
  readonly requestId: string
  readonly actor: Actor
  readonly reason?: string
  /** The same work goes on under the next number: it has in hand all that it could resume from. */
  readonly reattached?: boolean
  /** It uses no retry: nothing runs again. */
  readonly free?: boolean
  /** It runs alone: its worker gets nothing else until it ends. */
  readonly isolated?: boolean
}

export interface Begun {
  /** As it now stands. */
  readonly row: TaskRow
  readonly resume: Resume | null
}

const insertAttempts = statement(
  'insertAttempts',
  (
    d,
  ) => `INSERT INTO task_attempts (task_id, attempt, worker_id, request_id, status, session_id, resumed_from, isolated, started_at,
      progress_at)
    SELECT c.task_id, c.attempt, c.worker_id, c.request_id, 'running', c.session_id, c.resumed_from, c.isolated, c.at, c.at
    FROM ${d.rows(`task_id text, attempt integer, worker_id text, request_id text, session_id text, resumed_from json,
      isolated boolean, at bigint`)}`,
)

/** Gives each task its next attempt; answers, as they now stand, those whose row was still as it was read. */
export function* beginAttempts(transaction: Transaction, begins: readonly Begin[]): Plan<Map<string, Begun>> {
  const resumes = yield* readResumes(begins.flatMap(({ row, reattached }) => (reattached ? [] : [row])))
  const changed = yield* applyChanges(
    transaction,
    begins.map((begin) => beginChange(transaction, begin, resumes.has(begin.row.id))),
  )
  const begun = begins.filter(({ row }) => changed.has(row.id))
  yield* insertAttemptRows(
    transaction,
    begun.map(({ row, workerId, requestId, isolated }) => {
      const resume = resumes.get(row.id)
      const resumedFrom = resume ? pointOf(resume) : null
      return { taskId: row.id, attempt: row.attempt + 1, workerId, requestId, resumedFrom, isolated }
    }),
  )
  yield* appendEvents(
    transaction,
    begun.map(({ row, workerId, actor, reason, reattached, free, isolated }) => ({
      type: 'task.started',
      actor,
      taskId: row.id,
      attempt: row.attempt + 1,
      workerId,
      fromStatus: row.status,
      toStatus: 'running',
      ...toldOf(resumes.get(row.id), !reattached && row.resume_from !== null, isolated ? ALONE : reason, free),
    })),
  )
  return new Map([...changed].map(([id, row]) => [id, { row, resume: resumes.get(id) ?? null }]))
}

const ALONE = 'alone on an idle worker, because it died together with others'

/** What the history says of how the attempt began. */
function toldOf(resume: Resume | undefined, wasToResume: boolean, reason: string | undefined, free = false) {
  if (resume) return { reason, data: { resumedFrom: pointOf(resume) } }
  const why = wasToResume ? 'what it was to go on from is gone: it begins anew' : reason
  return free ? { reason: why, data: { free } } : { reason: why }
}

/** The record of a task whose attempt has just begun. */
export function begunRecord({ now }: Transaction, row: TaskRow, worker: WorkerRow | undefined): Task {
  return taskRecord(row, now, worker ? toHolder(worker) : null)
}

/** What the former attempt left on the row of the task is gone from it; its own row keeps it. */
function beginChange(
  { now }: Transaction,
  { row, workerId, reattached = false, free = false }: Begin,
  resumes: boolean,
): Change {
  return {
    row,
    // One by one: a spread of so many costs the engine more than all the rest.
    set: {
      status: 'running',
      attempt: row.attempt + 1,
      worker_id: workerId,
      started_at: now,
      finished_at: null,
      // A worker that takes a failed task itself uses a retry, as a reassignment would.
      retries_used: row.status === 'failed' && !free ? row.retries_used + 1 : row.retries_used,
      resumes_used: row.next_action === 'resume' && !reattached ? row.resumes_used + 1 : row.resumes_used,
      // What begins anew goes on from none of its checkpoints, and nobody ever will.
      checkpoint_turn: resumes || reattached ? undefined : null,
      phase: null,
      not_before: null,
      next_action: null,
      next_at: null,
      next_reason: null,
      reassigned_from: null,
      assigned_at: null,
      excluded_worker_id: null,
      resume_from: null,
      wait_reason: null,
      cancel_requested_at: null,
      held_at: null,
      compensating_since: null,
      reason: null,
      error_class: null,
      error_message: null,
      exit_code: null,
    },
  }
}

export interface AttemptKey {
  readonly taskId: string
  readonly attempt: number
  readonly workerId: string
}

export function* insertAttemptRows(
  { now }: Transaction,
  attempts: readonly (AttemptKey & {
    requestId: string
    sessionId?: string | null
    resumedFrom?: ResumePoint | null
    isolated?: boolean | undefined
  })[],
): Plan<void> {
  yield* run(
    insertAttempts,
    attempts.map(({ taskId, attempt, workerId, requestId, sessionId, resumedFrom, isolated }) => ({
      task_id: taskId,
      attempt,
      worker_id: workerId,
      request_id: requestId,
      session_id: sessionId ?? null,
      resumed_from: resumedFrom ?? null,
      isolated: isolated ?? false,
      at: now,
    })),
  )
}

export interface Ending extends AttemptKey {
  readonly status: AttemptOutcome
  readonly cause?: string | null
  readonly incidentId?: string | null
  /** What it counts against its task, in millionths of an interruption. */
  readonly blamePpm?: number
  readonly messageId?: string | null
  readonly exitCode?: number | null | undefined
  readonly reason?: string | null | undefined
  readonly errorClass?: string | null | undefined
  readonly errorMessage?: string | null | undefined
  readonly costUsd?: number | null | undefined
  readonly tokensIn?: number | null | undefined
  readonly tokensOut?: number | null | undefined
  readonly turns?: number | null | undefined
  readonly session: { readonly status: 'closed' | 'invalidated' | 'resumable'; readonly reason: string }
}

const endAttemptRows = statement(
  'endAttempts',
  (d) => `UPDATE task_attempts AS a
    SET status = c.status, cause = c.cause, incident_id = c.incident_id, blame_ppm = c.blame_ppm, finish_message_id = c.message_id,
      exit_code = c.exit_code, reason = c.reason, error_class = c.error_class, error_message = c.error_message,
      cost_usd = COALESCE(c.cost_usd, a.cost_usd), tokens_in = COALESCE(c.tokens_in, a.tokens_in),
      tokens_out = COALESCE(c.tokens_out, a.tokens_out), turns = COALESCE(c.turns, a.turns), finished_at = c.at,
      last_heartbeat_at = (SELECT w.last_heartbeat_at FROM workers AS w WHERE w.id = a.worker_id)
    FROM ${d.rows(`task_id text, attempt integer, worker_id text, status text, cause text, incident_id text, blame_ppm integer,
      message_id text, exit_code integer, reason text, error_class text, error_message text, cost_usd double,
      tokens_in bigint, tokens_out bigint, turns integer, at bigint`)}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

// With one that was offered to the attempt: it may have gone on in it without saying so.
const endSessions = statement(
  'endSessions',
  (d) => `UPDATE sessions SET status = c.status, ended_at = c.at, reason = c.reason
    FROM ${d.rows('task_id text, attempt integer, status text, reason text, at bigint')}
    WHERE sessions.task_id = c.task_id AND ((sessions.attempt = c.attempt AND sessions.status = 'active')
      OR (sessions.attempt < c.attempt AND sessions.status = 'resumable'))
    RETURNING sessions.id, sessions.task_id`,
)

/** Seals attempts and ends their sessions with them; answers the session of each task that had one. */
export function* endAttempts({ now }: Transaction, endings: readonly Ending[]): Plan<Map<string, string>> {
  yield* run(
    endAttemptRows,
    endings.map((ending) => ({
      task_id: ending.taskId,
      attempt: ending.attempt,
      worker_id: ending.workerId,
      status: ending.status,
      cause: ending.cause ?? null,
      incident_id: ending.incidentId ?? null,
      blame_ppm: ending.blamePpm ?? 0,
      message_id: ending.messageId ?? null,
      exit_code: ending.exitCode ?? null,
      reason: ending.reason ?? null,
      error_class: ending.errorClass ?? null,
      error_message: ending.errorMessage ?? null,
      cost_usd: ending.costUsd ?? null,
      tokens_in: ending.tokensIn ?? null,
      tokens_out: ending.tokensOut ?? null,
      turns: ending.turns ?? null,
      at: now,
    })),
  )
  const ended = yield* run(
    endSessions,
    endings.map(({ taskId, attempt, session: { status, reason } }) => ({
      task_id: taskId,
      attempt,
      status,
      reason,
      at: now,
    })),
  )
  return new Map(ended.map((row) => [row.task_id as string, row.id as string]))
}
