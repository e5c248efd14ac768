import { act, transitionRefusal } from '#lib/ledger/core/act.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import { uncompensated } from '#lib/ledger/recovery/judge-finish.ts'
import type { FailTask } from '#lib/task/commands.ts'

/**
 * Fails a task by hand. While a retry is left it stays recoverable, but nothing happens by itself any more: a person
 * said so. Without one it is sealed.
 */
export const failTask = act<FailTask>('failTask', (transaction, { command: { reason } }, row, { compensations }) => {
  const refusal = transitionRefusal(row, 'failed', 'failed')
  if (refusal) return refusal
  const final = row.retries_used >= row.max_retries
  if (final && row.side_effects && compensations === 0) return { ok: false, error: uncompensated(row) }
  const held = { next_action: 'hold', next_at: null, next_reason: 'an operator failed it' }
  // A later attempt may go on from what this one saved.
  const { checkpoint_turn } = row
  const unsealed = { ...sealed(transaction, 'failed'), sealed_at: null, checkpoint_turn, ...held }
  return {
    ok: true,
    set: { ...(final ? sealed(transaction, 'failed') : unsealed), reason },
    event: { type: 'task.failed', reason, data: { sealed: final } },
    ends: 'failed',
  }
})
