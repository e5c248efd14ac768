import { act, transitionRefusal } from '#lib/ledger/core/act.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import type { QuarantineTask } from '#lib/task/act-commands.ts'

/** Takes a task out of the world for good: it is sealed, and its worker loses it. It comes back as another task only. */
export const quarantineTask = act<QuarantineTask>('quarantineTask', (transaction, { command: { reason } }, row) => {
  const refusal = transitionRefusal(row, 'quarantined', 'quarantined')
  if (refusal) return refusal
  return {
    ok: true,
    set: { ...sealed(transaction, 'quarantined'), reason },
    event: { type: 'task.quarantined', reason },
    ends: 'interrupted',
  }
})
