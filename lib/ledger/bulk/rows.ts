/** Rows of bulk acts as the databases give them, and the records that leave the ledger. */
import type { Row } from '#lib/db/types.ts'
import { instant, instantOrNull, json } from '#lib/ledger/core/rows.ts'
import type { BulkOperation, OperationItem } from '#lib/task/schema.ts'
import type { Order } from './act.ts'

/** What an act was ordered with beside its reason; kept with it. */
export interface Parameters {
  readonly workerId?: string | undefined
  readonly holdMs?: number | undefined
  readonly digest?: string
}

interface Scope {
  readonly filter?: Record<string, unknown>
  readonly sideEffects?: number
}

/** CHECKs of the table and our own writes guarantee the words that the casts below state. */
export function toOperation(row: Row): BulkOperation {
  const { workerId = null, holdMs = null } = json(row.parameters) as Parameters
  const { filter = null, sideEffects = 0 } = json(row.scope) as Scope
  return {
    id: row.id as string,
    action: row.action as BulkOperation['action'],
    reason: row.reason as string,
    actor: { kind: row.actor_kind as BulkOperation['actor']['kind'], name: row.actor_name as string },
    filter,
    workerId,
    holdMs,
    retryOf: row.retry_of as string | null,
    dryRun: false,
    status: row.status as BulkOperation['status'],
    sideEffects,
    total: row.total as number,
    changed: row.changed as number,
    skipped: row.skipped as number,
    failed: row.failed as number,
    createdAt: instant(row.created_at),
    startsAt: instant(row.starts_at),
    startedAt: instantOrNull(row.started_at),
    finishedAt: instantOrNull(row.finished_at),
    abortedBy: row.aborted_by as string | null,
    leftAlone: null,
  }
}

/** Undefined for one that was ordered before digests were kept. */
export function digestOfRow(row: Row): string | undefined {
  return (json(row.parameters) as Parameters).digest
}

export function orderOf({ action, reason, workerId, holdMs }: BulkOperation): Order {
  return { action, reason, workerId: workerId ?? undefined, holdMs: holdMs ?? undefined }
}

export function toItem(row: Row): OperationItem {
  return {
    taskId: row.task_id as string,
    result: row.result as OperationItem['result'],
    code: row.code as OperationItem['code'],
    detail: row.detail as string | null,
    at: instantOrNull(row.at),
  }
}
