import { act, transitionRefusal } from '#lib/ledger/core/act.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import type { CancelTask } from '#lib/task/commands.ts'
import { isHeld } from '#lib/task/states.ts'

/**
 * Cancels a task. One that a worker holds is asked for: the next heartbeat tells its worker, whose report then seals
 * it; should the worker die first, recovery cancels it.
 */
export const cancelTask = act<CancelTask>('cancelTask', (transaction, { command: { reason } }, row) => {
  const refusal = transitionRefusal(row, 'cancelled', 'cancelled')
  if (refusal) return refusal
  if (!isHeld(row.status)) {
    return { ok: true, set: { ...sealed(transaction, 'cancelled'), reason }, event: { type: 'task.cancelled', reason } }
  }
  return {
    ok: true,
    set: { cancel_requested_at: row.cancel_requested_at ?? transaction.now, reason },
    event: { type: 'task.cancel_requested', reason, workerId: row.worker_id },
  }
})
