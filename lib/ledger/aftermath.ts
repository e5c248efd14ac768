/** What the end of an attempt makes of its task: the strategy's verdict within the budgets, as the columns to write. */
import type { Transaction } from '#lib/db/types.ts'
import { decideRecovery, type RecoveryPolicy, type Verdict } from '#lib/task/recovery.ts'
import { canTransition, type TaskStatus } from '#lib/task/states.ts'
import { sealed } from './change.ts'
import type { TaskChange, TaskRow } from './rows.ts'

export type TaskSet = Partial<TaskChange> & { status: TaskStatus }

export interface Aftermath {
  /** Null when there was nothing to decide: the task was to be cancelled, and now it is. */
  readonly verdict: Verdict | null
  readonly set: TaskSet
}

export function aftermath(
  transaction: Transaction,
  policy: RecoveryPolicy,
  row: TaskRow,
  ended: 'failed' | 'interrupted',
  cause: string,
): Aftermath {
  // A planned stop costs a task nothing: it is no sign that the task kills its workers.
  const interruptions = row.interruptions + (ended === 'interrupted' && cause !== 'shutdown' ? 1 : 0)
  const interruptedAt = ended === 'interrupted' ? transaction.now : row.interrupted_at
  const counted = { interruptions, interrupted_at: interruptedAt }
  if (row.cancel_requested_at !== null)
    return { verdict: null, set: { ...counted, ...sealed(transaction, 'cancelled') } }
  const verdict = decideRecovery(policy, row.strategy, {
    taskId: row.id,
    attempt: row.attempt,
    ended,
    cause,
    retriesUsed: row.retries_used,
    retriesMax: row.max_retries,
    interruptions,
    interruptionsMax: row.max_interruptions,
    firstDelayMs: policy.firstDelayMs,
  })
  return { verdict, set: { ...counted, ...columnsOf(transaction, verdict, row, ended) } }
}

/** A verdict that ends the task is written at once; the others are stored, and carried out when they are due. */
function columnsOf(transaction: Transaction, verdict: Verdict, row: TaskRow, ended: 'failed' | 'interrupted'): TaskSet {
  // There is no edge from waiting to quarantined: such a task is interrupted first, and the verdict is due at once.
  if (verdict.action === 'quarantine' && canTransition(row.status, 'quarantined')) {
    return sealed(transaction, 'quarantined')
  }
  if (verdict.action === 'fail' && ended === 'failed') return sealed(transaction, 'failed')
  return {
    status: ended,
    worker_id: null,
    phase: null,
    finished_at: ended === 'failed' ? transaction.now : null,
    next_action: verdict.action,
    next_at: dueAt(transaction, verdict),
    next_reason: verdict.reason,
  }
}

function dueAt({ now }: Transaction, verdict: Verdict): number | null {
  if (verdict.action === 'hold') return null
  return verdict.action === 'reassign' ? now + verdict.afterMs : now
}
