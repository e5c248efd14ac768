import { act, transitionRefusal } from '#lib/ledger/core/act.ts'
import { refused } from '#lib/ledger/core/operation.ts'
import type { CompensateTask } from '#lib/task/act-commands.ts'

/** Undoes by hand what a task did to the world. The steps are carried out one by one, from the last to the first. */
export const compensateTask = act<CompensateTask>(
  'compensateTask',
  ({ now }, { context: { actor }, command: { reason } }, row, { compensations }) => {
    const refusal = transitionRefusal(row, 'compensated', 'compensated')
    if (refusal) return refusal
    if (compensations === 0) {
      return refused('compensation_required', 'no step is registered that would undo it', { taskId: row.id })
    }
    if (row.next_action === 'compensate' && row.compensating_since !== null) {
      return refused('invalid_transition', 'its side effects are being undone already', { status: row.status })
    }
    return {
      ok: true,
      set: {
        next_action: 'compensate',
        next_at: now,
        next_reason: `${actor.name} asked for it: ${reason}`,
        compensating_since: now,
        held_at: null,
      },
      event: { type: 'task.compensating', reason },
    }
  },
)
