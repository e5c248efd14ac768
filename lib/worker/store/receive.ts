/** Work is on record here before it begins, with room for its end. */
import { statfsSync } from 'node:fs'
import { TaskError } from '#lib/task/errors.ts'
import { isFull } from './connection.ts'
import { findExecution, type Local, requireExecution, requireKey, used } from './local.ts'
import type { AttemptKey, Execution, Receipt } from './types.ts'

/**
 * Taken on the disk at once and given back to the final result, so that a disk which has filled up since then still
 * takes that. It covers all but very long results; those are shortened.
 */
const ROOM_BYTES = 32 * 1024

export function recordReceived(local: Local, receipt: Receipt): Execution {
  requireKey(receipt)
  const known = findExecution(local, receipt)
  if (known) return known
  admit(local)
  requireDisk(local)
  try {
    local.db.write('recordReceived', () => insert(local, receipt))
    // Only what has been written back to the file itself holds its room there.
    local.db.checkpoint('PASSIVE')
  } catch (error) {
    if (!isFull(error)) throw error
    const written = findExecution(local, receipt)
    if (written) local.db.run('DELETE FROM main.local_task_executions WHERE id = ?', written.id)
    throw unavailable('the disk of the local store is full', {})
  }
  return requireExecution(local, receipt)
}

/** What must be free: several times what one attempt writes until its end. */
const FREE_BYTES = 1024 * 1024

/** Beforehand: what is half written to a full disk keeps back the results of others. */
function requireDisk({ folder }: Local): void {
  const { bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= FREE_BYTES) return
  throw unavailable(`the disk of ${folder} has ${freeBytes} bytes left; expected ${FREE_BYTES}`, { freeBytes })
}

/** For how many attempts more there is room. */
export function roomForAttempts(local: Local): number {
  const { outputRoom, outputBytes } = used(local)
  const { bavail, bsize } = statfsSync(local.folder)
  return Math.max(
    0,
    Math.floor(Math.min(outputRoom - outputBytes, bavail * bsize - FREE_BYTES) / local.limits.reserveBytes),
  )
}

function admit(local: Local): void {
  const { capBytes, reserveBytes } = local.limits
  const { outputBytes, finalBytes, reservedBytes } = used(local)
  const usedBytes = outputBytes + finalBytes + reservedBytes
  if (usedBytes + reserveBytes <= capBytes) return
  const detail = `the local store holds ${usedBytes} of ${capBytes} bytes; ${reserveBytes} more are wanted for a final result`
  throw unavailable(detail, { usedBytes, capBytes, reserveBytes })
}

function unavailable(detail: string, facts: Record<string, unknown>): TaskError {
  return new TaskError('reserve_unavailable', `${detail}: let it drain, or raise the cap`, facts)
}

function insert({ db, limits, now }: Local, { taskId, attempt, workerId, start }: Receipt): void {
  db.run(
    `INSERT INTO main.local_task_executions (task_id, attempt, worker_id, start, status, reserve_bytes, received_at)
      VALUES (?, ?, ?, ?, 'received', ?, ?)`,
    taskId,
    attempt,
    workerId ?? null,
    start ?? null,
    limits.reserveBytes,
    now(),
  )
  db.run(
    'INSERT INTO main.local_task_reserves (execution_id, room) VALUES (last_insert_rowid(), zeroblob(?))',
    Math.min(limits.reserveBytes, ROOM_BYTES),
  )
}

export function recordStarted(local: Local, key: AttemptKey): Execution {
  const { id, status } = requireExecution(local, key)
  if (status === 'running') return requireExecution(local, key)
  const changed = local.db.write('recordStarted', () =>
    local.db.run(
      `UPDATE main.local_task_executions SET status = 'running', started_at = ? WHERE id = ? AND status = 'received'`,
      local.now(),
      id,
    ),
  )
  if (changed === 1) return requireExecution(local, key)
  throw new TaskError('invalid_transition', `attempt ${key.attempt} of ${key.taskId} has ended here as ${status}`, {
    status,
    allowedTargets: [],
  })
}

/** The ledger knows it now, or lets it go on as another attempt: what waits is numbered from 1 again for that one. */
export function recordHolder(local: Local, id: number, holder: AttemptKey & { workerId: string }): void {
  const { db } = local
  db.write('recordHolder', () => {
    const renumbered = db.run(
      `UPDATE main.local_task_executions SET attempt = ?, stdout_base = ${baseOf('stdout')}, stderr_base = ${baseOf('stderr')}
        WHERE id = ? AND attempt <> ?`,
      holder.attempt,
      id,
      holder.attempt,
    )
    db.run('UPDATE main.local_task_executions SET worker_id = ?, start = NULL WHERE id = ?', holder.workerId, id)
    return renumbered
  })
}

/** The number before the first one that the ledger has not acked, a gap included. */
function baseOf(stream: 'stdout' | 'stderr'): string {
  return `COALESCE(
    (SELECT COALESCE(m.dropped_from, m.sequence) - 1 FROM output.local_task_outbox_messages AS m
      WHERE m.execution_id = local_task_executions.id AND m.stream = '${stream}' AND m.acked_at IS NULL
      ORDER BY m.sequence LIMIT 1),
    (SELECT COALESCE(s.gap_from, s.next_sequence) - 1 FROM output.local_task_output_streams AS s
      WHERE s.execution_id = local_task_executions.id AND s.stream = '${stream}'),
    0)`
}
