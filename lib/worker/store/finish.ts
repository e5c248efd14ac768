/** The end of an execution: one final message, whatever happens before it is delivered. */
import { Buffer } from 'node:buffer'
import { LIMITS } from '#lib/task/limits.ts'
import { mintId } from '../mint-id.ts'
import { isFull } from './connection.ts'
import { shortenDetails } from './details.ts'
import { closeStreams, NEXT_PLACE } from './gaps.ts'
import { executionOf, isOver, type Local, requireExecution, used } from './local.ts'
import { finalEntry } from './messages.ts'
import { dropUntil } from './output.ts'
import type { AttemptKey, Execution, Final, FinalEntry } from './types.ts'

/** A request holds more than the details. */
const DETAILS_BYTES_MAX = LIMITS.bodyBytes - 64 * 1024
/** What fits for certain into the room that was taken beforehand. */
const SCARCE_BYTES = 16 * 1024

/**
 * Output makes room for it, oldest first; only when that is not enough it is shortened. The room that other attempts
 * have booked is theirs.
 */
export function recordFinal(local: Local, key: AttemptKey, final: Final): FinalEntry {
  const execution = requireExecution(local, key)
  if (!isOver(execution)) end(local, execution, 'final', final)
  settleOutput(local, execution.id)
  return finalEntry(local, execution.id)
}

export function markInterruptedRunningTasks(local: Local): Execution[] {
  return interrupt(local, 'running', 'the process that worked on it ended without a word')
}

/** Taken on and never begun; the ledger may not even know of it. */
export function markInterruptedReceivedTasks(local: Local): Execution[] {
  return interrupt(local, 'received', 'the process that took it on ended before it began')
}

function interrupt(local: Local, status: 'received' | 'running', reason: string): Execution[] {
  const rows = local.db.all('SELECT * FROM main.local_task_executions WHERE status = ? ORDER BY id', status)
  const interrupted = rows.map(executionOf)
  for (const execution of interrupted) {
    end(local, execution, 'interrupted', { outcome: 'interrupted', exitCode: -1, details: JSON.stringify({ reason }) })
    settleOutput(local, execution.id)
  }
  return interrupted.map((execution) => requireExecution(local, execution))
}

function end(local: Local, execution: Execution, status: 'final' | 'interrupted', final: Final): void {
  const details = shortenDetails(final.details, roomFor(local, execution))
  const write = (fitting: string) =>
    local.db.write(status === 'final' ? 'recordFinal' : 'markInterrupted', () =>
      finish(local, execution.id, status, { ...final, details: fitting }, fitting !== final.details),
    )
  try {
    write(details)
  } catch (error) {
    if (!isFull(error)) throw error
    write(shortenDetails(details, SCARCE_BYTES))
  }
}

function roomFor(local: Local, { id }: Execution): number {
  const { capBytes } = local.limits
  const own = Number(
    local.db.get('SELECT reserve_bytes FROM main.local_task_executions WHERE id = ?', id)?.reserve_bytes,
  )
  const { finalBytes, reservedBytes } = used(local)
  return Math.min(DETAILS_BYTES_MAX, Math.max(own, capBytes - finalBytes - (reservedBytes - own)))
}

/** Within the caller's transaction. */
export function finish({ db, now }: Local, id: number, status: string, final: Final, shortened = false): void {
  const ended = db.run(
    `UPDATE main.local_task_executions
      SET status = ?, exit_code = ?, ended_at = ?, reserve_bytes = 0, final_shortened = ?
      WHERE id = ? AND status IN ('received', 'running')`,
    status,
    final.exitCode ?? null,
    now(),
    shortened ? 1 : 0,
    id,
  )
  if (ended !== 1) return
  db.run('DELETE FROM main.local_task_reserves WHERE execution_id = ?', id)
  db.run(
    `INSERT INTO main.local_task_outbox_messages (id, execution_id, place, outcome, data, bytes, created_at)
      VALUES (?, ?, ${NEXT_PLACE}, ?, ?, ?, ?)`,
    mintId(),
    id,
    final.outcome,
    final.details,
    Buffer.byteLength(final.details),
    now(),
  )
}

/** A full disk takes no markers; the result is safe then, and opening the store makes up for it. */
export function settleOutput(local: Local, executionId: number): void {
  try {
    local.db.write('settleOutput', () => {
      closeStreams(local, executionId)
      dropUntil(local)
    })
  } catch (error) {
    if (!isFull(error)) throw error
  }
}
