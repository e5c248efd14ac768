import { act } from '#lib/ledger/core/act.ts'
import { sealedResult } from '#lib/ledger/core/fence.ts'
import { refused } from '#lib/ledger/core/operation.ts'
import type { HoldTask } from '#lib/task/act-commands.ts'
import { allowedTargets, isHeld } from '#lib/task/states.ts'

/**
 * Keeps a task as it is until a person releases it: one that waits is given to no worker, one that was interrupted or
 * failed is not brought back by itself, and one that is being undone stops after the step under way.
 */
export const holdTask = act<HoldTask>('holdTask', ({ now }, { context: { actor }, command: { reason } }, row) => {
  if (row.sealed_at !== null) return sealedResult(row)
  const facts = { status: row.status, allowedTargets: allowedTargets(row.status) }
  if (isHeld(row.status)) {
    return refused('invalid_transition', `a task that is ${row.status} is in the hands of its worker`, facts)
  }
  if (row.held_at !== null) return refused('invalid_transition', 'the task is held already', facts)
  return {
    ok: true,
    set: { held_at: now, next_action: 'hold', next_at: null, next_reason: `${actor.name} holds it: ${reason}` },
    event: { type: 'task.held', reason },
  }
})
