/** A worker that still works after its lease ran out asks to go on. Decides by locked rows, and writes nothing. */
import type { Refusal } from '#lib/db/types.ts'
import type { AttemptKey } from '#lib/ledger/core/attempts.ts'
import { sealedResult } from '#lib/ledger/core/fence.ts'
import { refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import type { WorkerRow } from '#lib/ledger/core/workers.ts'

type Reattachment =
  | { readonly kind: 'restore'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Null when nobody has taken the task over and it may be started anew for the same work; the lease is restored when
 * nobody has noticed that it was over; refused when another attempt began, or the task is sealed.
 */
export function judgeReattach(
  row: TaskRow,
  { workerId }: Pick<AttemptKey, 'workerId'>,
  attempt: number,
  worker: WorkerRow | undefined,
): Reattachment | null {
  if (row.attempt !== attempt) {
    const facts = { attempt, currentAttempt: row.attempt, status: row.status, holder: row.worker_id }
    const refusal = refused(
      'fence_rejected',
      `attempt ${attempt} is not the current one: attempt ${row.attempt} is`,
      facts,
    )
    return { kind: 'refused', refusal }
  }
  if (row.sealed_at !== null) return { kind: 'refused', refusal: sealedResult(row) }
  const stillHolds = row.worker_id === workerId && (row.status === 'running' || row.status === 'waiting')
  if (stillHolds && (worker?.state === 'alive' || worker?.state === 'draining')) return { kind: 'restore', attempt }
  return null
}
