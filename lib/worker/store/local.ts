/** What all writes of a local store share: the connection, the limits, the clock, and what is taken of the room. */
import { TaskError } from '#lib/task/errors.ts'
import type { StoreLimits } from './config.ts'
import type { Connection, Row } from './connection.ts'
import type { AttemptKey, Execution, LocalStatus } from './types.ts'

export interface Local {
  readonly folder: string
  readonly db: Connection
  readonly limits: StoreLimits
  readonly now: () => number
}

export interface Used {
  readonly outputMessages: number
  readonly outputBytes: number
  readonly finals: number
  readonly finalBytes: number
  readonly reservedBytes: number
  /** What output may take in all. */
  readonly outputRoom: number
}

const USED = `SELECT o.messages, o.bytes, f.finals, f.final_bytes, r.reserved
  FROM output.local_output_spool AS o,
    (SELECT COUNT(*) AS finals, COALESCE(SUM(bytes), 0) AS final_bytes
      FROM main.local_task_outbox_messages WHERE acked_at IS NULL) AS f,
    (SELECT COALESCE(SUM(reserve_bytes), 0) AS reserved FROM main.local_task_executions WHERE reserve_bytes > 0) AS r`

export function used({ db, limits }: Local): Used {
  const row = db.get(USED) ?? {}
  const finalBytes = Number(row.final_bytes)
  const reservedBytes = Number(row.reserved)
  return {
    outputMessages: Number(row.messages),
    outputBytes: Number(row.bytes),
    finals: Number(row.finals),
    finalBytes,
    reservedBytes,
    outputRoom: limits.capBytes - finalBytes - reservedBytes,
  }
}

export function findExecution({ db }: Local, { taskId, attempt }: AttemptKey): Execution | undefined {
  const row = db.get('SELECT * FROM main.local_task_executions WHERE task_id = ? AND attempt = ?', taskId, attempt)
  return row && executionOf(row)
}

export function readExecution({ db }: Local, id: number): Execution | undefined {
  const row = db.get('SELECT * FROM main.local_task_executions WHERE id = ?', id)
  return row && executionOf(row)
}

export function undelivered({ db }: Local): Execution[] {
  return db
    .all(
      `SELECT * FROM main.local_task_executions AS e WHERE e.ended_at IS NOT NULL AND (
          EXISTS (SELECT 1 FROM main.local_task_outbox_messages WHERE execution_id = e.id AND acked_at IS NULL)
          OR EXISTS (SELECT 1 FROM output.local_task_outbox_messages WHERE execution_id = e.id AND acked_at IS NULL))
        ORDER BY e.id`,
    )
    .map(executionOf)
}

export function requireExecution(local: Local, key: AttemptKey): Execution {
  requireKey(key)
  const execution = findExecution(local, key)
  if (execution) return execution
  throw new TaskError('not_found', `the local store has no attempt ${key.attempt} of task ${key.taskId}`, { ...key })
}

export function requireKey({ taskId, attempt }: AttemptKey): void {
  if (taskId === '') throw new TaskError('validation', 'the task id is empty')
  if (!Number.isSafeInteger(attempt) || attempt < 1)
    throw new TaskError('validation', `the attempt is ${attempt}; expected a whole number above 0`)
}

export function isOver({ status }: Execution): boolean {
  return status === 'final' || status === 'interrupted'
}

export function executionOf(row: Row): Execution {
  return {
    id: Number(row.id),
    taskId: String(row.task_id),
    attempt: Number(row.attempt),
    workerId: textOf(row.worker_id),
    start: textOf(row.start),
    // A CHECK of the table allows no other.
    status: row.status as LocalStatus,
    exitCode: numberOf(row.exit_code),
    truncated: { stdout: row.stdout_truncated === 1, stderr: row.stderr_truncated === 1 },
    shortened: row.final_shortened === 1,
    receivedAt: Number(row.received_at),
    startedAt: numberOf(row.started_at),
    endedAt: numberOf(row.ended_at),
  }
}

export function numberOf(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
