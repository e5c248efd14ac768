/** The other rows as the databases give them, and the records that leave the ledger. */
import type { Row } from '#lib/db/types.ts'
import type { Attempt, Checkpoint, Session, TaskEvent, Worker } from '#lib/task/schema.ts'
import { instant, instantOrNull, json } from './rows.ts'

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

export function toCheckpoint(row: Row): Checkpoint {
  return {
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    turn: row.turn as number,
    savedAt: instant(row.created_at),
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
    incidentId: row.incident_id as string | null,
    fromStatus: row.from_status as TaskEvent['fromStatus'],
    toStatus: row.to_status as TaskEvent['toStatus'],
    actor: { kind: row.actor_kind as TaskEvent['actor']['kind'], name: row.actor_name as string },
    reason: row.reason as string | null,
    data: json(row.data) as TaskEvent['data'],
    at: instant(row.at),
  }
}
