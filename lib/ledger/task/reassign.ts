import type { Refusal } from '#lib/db/types.ts'
import { act, transitionRefusal } from '#lib/ledger/core/act.ts'
import { sealedResult } from '#lib/ledger/core/fence.ts'
import { refused } from '#lib/ledger/core/operation.ts'
import type { TaskChange, TaskRow } from '#lib/ledger/core/rows.ts'
import { drainRefusal, leaseRefusal } from '#lib/ledger/core/workers.ts'
import type { ReassignTask, UndoReassignment } from '#lib/task/commands.ts'
import { allowedTargets, type TaskStatus } from '#lib/task/states.ts'

/**
 * Gives a task to any worker with its skills, or to one. It stays undoable until somebody starts it, and `holdMs` keeps
 * it from being started for that long. Bringing back a failed task uses a retry; an interrupted one has paid already.
 */
export const reassignTask = act<ReassignTask>('reassignTask', ({ now }, { command }, row, { worker }) => {
  const { reason, workerId, holdMs = 0 } = command
  const refusal =
    retriesRefusal(row) ??
    transitionRefusal(row, 'assigned', 'reassigned') ??
    (workerId === undefined ? null : (leaseRefusal(worker, workerId) ?? drainRefusal(worker)))
  if (refusal) return refusal
  return {
    ok: true,
    set: {
      status: 'assigned',
      worker_id: workerId ?? null,
      assigned_at: now,
      // A person's choice of a worker comes before the ledger's.
      excluded_worker_id: workerId === undefined ? row.excluded_worker_id : null,
      // The attempt of one that waited ends with this, so there is no waiting to return to.
      reassigned_from: row.status === 'waiting' ? 'interrupted' : row.status,
      retries_used: row.status === 'failed' ? row.retries_used + 1 : row.retries_used,
      not_before: holdMs > 0 ? Math.max(now + holdMs, row.not_before ?? 0) : row.not_before,
      phase: null,
      wait_reason: null,
      finished_at: null,
      next_action: null,
      next_at: null,
      next_reason: null,
      held_at: null,
      compensating_since: null,
      reason,
    },
    event: { type: 'task.reassigned', reason, workerId: workerId ?? null, data: { holdMs, automatic: false } },
    ends: 'interrupted',
  }
})

function retriesRefusal(row: TaskRow): Refusal | null {
  if (row.status !== 'failed' || row.retries_used < row.max_retries) return null
  const facts = { retriesUsed: row.retries_used, maxRetries: row.max_retries }
  return refused('retries_exhausted', `${row.retries_used} of ${row.max_retries} retries are used`, facts)
}

/** Undoes a reassignment that nobody has started. The task then waits for a person: its strategy had its turn. */
export const undoReassignment = act<UndoReassignment>('undoReassignment', ({ now }, { context }, row) => {
  const from = row.reassigned_from
  if (row.sealed_at !== null) return sealedResult(row)
  if (row.status !== 'assigned' || from === null) {
    const detail = `there is no reassignment to undo: the task is ${row.status}`
    return refused('invalid_transition', detail, { status: row.status, allowedTargets: allowedTargets(row.status) })
  }
  return {
    ok: true,
    set: {
      status: from,
      worker_id: null,
      assigned_at: null,
      reassigned_from: null,
      // What was never begun is due when it was due before.
      not_before: from === 'queued' ? row.not_before : null,
      retries_used: from === 'failed' ? row.retries_used - 1 : row.retries_used,
      finished_at: from === 'failed' ? now : null,
      interrupted_at: from === 'interrupted' ? (row.interrupted_at ?? now) : row.interrupted_at,
      ...whatNext(row, from, context.actor.name),
    },
    event: { type: 'task.reassignment_undone' },
  }
})

/** Who held it meanwhile did not say that it may go on. */
function whatNext({ held_at }: TaskRow, from: TaskStatus, actor: string): Partial<TaskChange> {
  if (held_at !== null) return {}
  if (from === 'queued') return { next_action: null }
  return { next_action: 'hold', next_reason: `${actor} undid the reassignment` }
}
