/** Tasks as the databases give them, JSON columns as text, and the record that leaves the ledger. */
import type { Row } from '#lib/db/types.ts'
import type { Holder, Task } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'

/** The columns that transitions may change; `lib/ledger/core/change.ts` writes exactly these. */
export type TaskChange = {
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
  blame_ppm: number
  suspect: boolean | number
  excluded_worker_id: string | null
  assigned_at: number | null
  resume_from: unknown
  resumes_used: number
  wait_reason: string | null
  checkpoint_turn: number | null
  held_at: number | null
  compensating_since: number | null
}

/** A task as an operation reads it before it decides. */
export type TaskRow = TaskChange & {
  id: string
  title: string
  repo: string | null
  issue_number: number | null
  agent: string | null
  agent_type: string | null
  labels: unknown
  requires: unknown
  max_retries: number
  max_interruptions: number
  strategy: string | null
  progress_timeout_ms: number | null
  side_effects: boolean | number
  created_at: number
  updated_at: number
}

const INSTANTS_MAX = 64
const instants = new Map<number, string>()

/** The tasks of a batch share a few instants, and looking one up takes a fraction of writing it out. */
export function instant(value: unknown): string {
  const at = Number(value)
  const known = instants.get(at)
  if (known !== undefined) return known
  const text = new Date(at).toISOString()
  if (instants.size === INSTANTS_MAX) instants.clear()
  instants.set(at, text)
  return text
}

export function instantOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : instant(value)
}

/** SQLite keeps a JSON number as a number, whatever the column says. */
export function json(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : (value ?? null)
}

function text(value: unknown): string | null {
  return (value ?? null) as string | null
}

function number(value: unknown): number | null {
  return (value ?? null) as number | null
}

/** A task as `TASK_SELECT` reads it. */
export function toTask(row: Row): Task {
  return taskRecord(row, row.a_progress_at, joinedHolder(row))
}

/**
 * The record of a task from its row, and from what its current attempt and the worker of that tell. A column that is
 * not there is null. Rows are shaped by SQL of our own and by CHECKs, so the casts below state what the columns hold.
 */
export function taskRecord(row: Row, progressAt: unknown, holder: Holder | null): Task {
  return {
    id: row.id as string,
    correlationId: text(row.correlation_id),
    title: row.title as string,
    repo: text(row.repo),
    issueNumber: number(row.issue_number),
    user: text(row.user),
    agent: text(row.agent),
    agentType: text(row.agent_type),
    model: text(row.model),
    provider: text(row.provider),
    payload: json(row.payload),
    labels: json(row.labels) as Task['labels'],
    requires: json(row.requires) as string[],
    priority: row.priority as number,
    status: row.status as TaskStatus,
    phase: text(row.phase),
    sealedAt: instantOrNull(row.sealed_at),
    attempt: row.attempt as number,
    workerId: text(row.worker_id),
    retriesUsed: row.retries_used as number,
    maxRetries: row.max_retries as number,
    interruptions: row.interruptions as number,
    maxInterruptions: row.max_interruptions as number,
    notBefore: instantOrNull(row.not_before),
    cancelRequestedAt: instantOrNull(row.cancel_requested_at),
    nextAction: text(row.next_action) as Task['nextAction'],
    nextAt: instantOrNull(row.next_at),
    nextReason: text(row.next_reason),
    strategy: text(row.strategy),
    progressTimeoutMs: number(row.progress_timeout_ms),
    progressAt: instantOrNull(progressAt),
    noProgressSince: instantOrNull(row.a_silent_at),
    incidentId: text(row.incident_id),
    suspect: Boolean(row.suspect),
    excludedWorkerId: text(row.excluded_worker_id),
    assignedAt: instantOrNull(row.assigned_at),
    resumesUsed: (row.resumes_used ?? 0) as number,
    waitReason: text(row.wait_reason),
    predecessorId: text(row.predecessor_id),
    checkpointTurn: number(row.checkpoint_turn),
    heldAt: instantOrNull(row.held_at),
    compensatingSince: instantOrNull(row.compensating_since),
    undoable: row.status === 'assigned' && text(row.reassigned_from) !== null,
    createdAt: instant(row.created_at),
    startedAt: instantOrNull(row.started_at),
    interruptedAt: instantOrNull(row.interrupted_at),
    finishedAt: instantOrNull(row.finished_at),
    updatedAt: instant(row.updated_at),
    reason: text(row.reason),
    errorClass: text(row.error_class),
    errorMessage: text(row.error_message),
    exitCode: number(row.exit_code),
    costUsd: number(row.cost_usd),
    tokensIn: number(row.tokens_in),
    tokensOut: number(row.tokens_out),
    turns: number(row.turns),
    artifacts: json(row.artifacts),
    sideEffects: Boolean(row.side_effects),
    holder,
  }
}

/** From the row of a worker, or from one that carries its columns under a prefix. */
export function toHolder(row: Row, prefix = ''): Holder {
  const column = (name: string) => row[`${prefix}${name}`]
  return {
    workerId: column('id') as string,
    name: column('name') as string,
    state: column('state') as Holder['state'],
    deathKind: column('death_kind') as Holder['deathKind'],
    leaseExpiresAt: instant(column('lease_expires_at')),
    leaseMs: column('lease_ms') as number,
    lastHeartbeatAt: instant(column('last_heartbeat_at')),
    endedAt: instantOrNull(column('ended_at')),
  }
}

export function joinedHolder(row: Row): Holder | null {
  return row.w_id === null ? null : toHolder(row, 'w_')
}

/** What `toTask` reads of the attempt `a` and its worker `w`. */
export const HOLDER_COLUMNS = `a.progress_at AS a_progress_at,
  CASE WHEN a.finished_at IS NULL THEN a.silent_at END AS a_silent_at, w.id AS w_id, w.name AS w_name, w.state AS w_state,
  w.death_kind AS w_death_kind, w.lease_expires_at AS w_lease_expires_at, w.lease_ms AS w_lease_ms,
  w.last_heartbeat_at AS w_last_heartbeat_at, w.ended_at AS w_ended_at`

/** The columns `toTask` reads: the task, its current attempt, and the worker of that attempt. */
export const TASK_SELECT = `SELECT t.*, ${HOLDER_COLUMNS}`
export const TASK_JOINS = `LEFT JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt
  LEFT JOIN workers AS w ON w.id = a.worker_id`
