/** Rows as the databases give them, JSON columns as text, and the records that leave the ledger. */
import type { Row } from '#lib/db/types.ts'
import type { Attempt, Holder, Session, Task, TaskEvent, Worker } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'

/** The columns that transitions may change; `lib/ledger/change.ts` writes exactly these. */
export interface TaskChange {
  status: TaskStatus
  phase: string | null
  sealed_at: number | null
  attempt: number
  worker_id: string | null
  retries_used: number
  interruptions: number
  not_before: number | null
  cancel_requested_at: number | null
  next_action: string | null
  next_at: number | null
  next_reason: string | null
  incident_id: string | null
  reassigned_from: TaskStatus | null
  started_at: number | null
  interrupted_at: number | null
  finished_at: number | null
  reason: string | null
  error_class: string | null
  error_message: string | null
  exit_code: number | null
  cost_usd: number | null
  tokens_in: number | null
  tokens_out: number | null
  turns: number | null
  artifacts: unknown
}

/** A task as an operation reads it before it decides. */
export interface TaskRow extends TaskChange {
  id: string
  title: string
  repo: string | null
  issue_number: number | null
  agent: string | null
  max_retries: number
  max_interruptions: number
  strategy: string | null
  side_effects: boolean | number
  created_at: number
}

export function instant(value: unknown): string {
  return new Date(Number(value)).toISOString()
}

export function instantOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : instant(value)
}

/** SQLite keeps a JSON number as a number, whatever the column says. */
export function json(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : (value ?? null)
}

/** Records are shaped by SQL of our own and by CHECKs, so the casts below state what the columns hold. */
export function toTask(row: Row): Task {
  return {
    id: row.id as string,
    correlationId: row.correlation_id as string | null,
    title: row.title as string,
    repo: row.repo as string | null,
    issueNumber: row.issue_number as number | null,
    user: row.user as string | null,
    agent: row.agent as string | null,
    agentType: row.agent_type as string | null,
    model: row.model as string | null,
    provider: row.provider as string | null,
    payload: json(row.payload),
    labels: json(row.labels) as Task['labels'],
    requires: json(row.requires) as string[],
    priority: row.priority as number,
    status: row.status as TaskStatus,
    phase: row.phase as string | null,
    sealedAt: instantOrNull(row.sealed_at),
    attempt: row.attempt as number,
    workerId: row.worker_id as string | null,
    retriesUsed: row.retries_used as number,
    maxRetries: row.max_retries as number,
    interruptions: row.interruptions as number,
    maxInterruptions: row.max_interruptions as number,
    notBefore: instantOrNull(row.not_before),
    cancelRequestedAt: instantOrNull(row.cancel_requested_at),
    nextAction: row.next_action as Task['nextAction'],
    nextAt: instantOrNull(row.next_at),
    nextReason: row.next_reason as string | null,
    strategy: row.strategy as string | null,
    progressTimeoutMs: row.progress_timeout_ms as number | null,
    progressAt: instantOrNull(row.a_progress_at),
    incidentId: row.incident_id as string | null,
    undoable: row.status === 'assigned' && row.reassigned_from !== null,
    createdAt: instant(row.created_at),
    startedAt: instantOrNull(row.started_at),
    interruptedAt: instantOrNull(row.interrupted_at),
    finishedAt: instantOrNull(row.finished_at),
    updatedAt: instant(row.updated_at),
    reason: row.reason as string | null,
    errorClass: row.error_class as string | null,
    errorMessage: row.error_message as string | null,
    exitCode: row.exit_code as number | null,
    costUsd: row.cost_usd as number | null,
    tokensIn: row.tokens_in as number | null,
    tokensOut: row.tokens_out as number | null,
    turns: row.turns as number | null,
    artifacts: json(row.artifacts),
    sideEffects: Boolean(row.side_effects),
    holder: row.w_id === null || row.w_id === undefined ? null : toHolder(row),
  }
}

function toHolder(row: Row): Holder {
  return {
    workerId: row.w_id as string,
    name: row.w_name as string,
    state: row.w_state as Holder['state'],
    deathKind: row.w_death_kind as Holder['deathKind'],
    leaseExpiresAt: instant(row.w_lease_expires_at),
    leaseMs: row.w_lease_ms as number,
    lastHeartbeatAt: instant(row.w_last_heartbeat_at),
    endedAt: instantOrNull(row.w_ended_at),
  }
}

/** The columns `toTask` reads: the task, its current attempt, and the worker of that attempt. */
export const TASK_SELECT = `SELECT t.*, a.progress_at AS a_progress_at, w.id AS w_id, w.name AS w_name, w.state AS w_state,
  w.death_kind AS w_death_kind, w.lease_expires_at AS w_lease_expires_at, w.lease_ms AS w_lease_ms,
  w.last_heartbeat_at AS w_last_heartbeat_at, w.ended_at AS w_ended_at`
export const TASK_JOINS = `LEFT JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt
  LEFT JOIN workers AS w ON w.id = a.worker_id`

export function toAttempt(row: Row): Attempt {
  return {
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
    workerName: (row.worker_name ?? row.worker_id) as string,
    status: row.status as Attempt['status'],
    cause: row.cause as string | null,
    sessionId: row.session_id as string | null,
    startedAt: instant(row.started_at),
    progressAt: instant(row.progress_at),
    lastHeartbeatAt: instantOrNull(row.last_heartbeat_at),
    finishedAt: instantOrNull(row.finished_at),
    exitCode: row.exit_code as number | null,
    reason: row.reason as string | null,
    errorClass: row.error_class as string | null,
    errorMessage: row.error_message as string | null,
    costUsd: row.cost_usd as number | null,
    tokensIn: row.tokens_in as number | null,
    tokensOut: row.tokens_out as number | null,
    turns: row.turns as number | null,
    outputBytes: row.output_bytes as number,
  }
}

export function toWorker(row: Row): Worker {
  return {
    id: row.id as string,
    name: row.name as string,
    host: row.host as string,
    pid: row.pid as number,
    version: row.version as string | null,
    skills: json(row.skills) as string[],
    labels: json(row.labels) as Worker['labels'],
    slots: row.slots as number,
    held: Number(row.held),
    state: row.state as Worker['state'],
    deathKind: row.death_kind as Worker['deathKind'],
    reason: row.reason as string | null,
    leaseMs: row.lease_ms as number,
    leaseExpiresAt: instant(row.lease_expires_at),
    lastHeartbeatAt: instant(row.last_heartbeat_at),
    registeredAt: instant(row.registered_at),
    endedAt: instantOrNull(row.ended_at),
  }
}

export function toSession(row: Row): Session {
  return {
    id: row.id as string,
    provider: row.provider as string | null,
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
    status: row.status as Session['status'],
    linkedAt: instant(row.linked_at),
    endedAt: instantOrNull(row.ended_at),
    reason: row.reason as string | null,
  }
}

/** The id is the cursor of the event stream: the number of the transaction, then that of the event. */
export function toEvent(row: Row): TaskEvent {
  return {
    id: `${row.transaction_id}.${row.id}`,
    type: row.type as TaskEvent['type'],
    taskId: row.task_id as string | null,
    attempt: row.attempt as number | null,
    workerId: row.worker_id as string | null,
    fromStatus: row.from_status as TaskEvent['fromStatus'],
    toStatus: row.to_status as TaskEvent['toStatus'],
    actor: { kind: row.actor_kind as TaskEvent['actor']['kind'], name: row.actor_name as string },
    reason: row.reason as string | null,
    data: json(row.data) as TaskEvent['data'],
    at: instant(row.at),
  }
}
