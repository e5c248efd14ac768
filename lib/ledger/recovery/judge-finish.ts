/** What a final report comes to. Decides by rows that are locked, and writes nothing. */
import type { Refusal, Transaction } from '#lib/db/types.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import { fence, sealedResult } from '#lib/ledger/core/fence.ts'
import { type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { WHOLE_PPM } from '#lib/task/recovery.ts'
import { canTransition } from '#lib/task/states.ts'
import { aftermath, type TaskSet } from './aftermath.ts'
import type { KnownFacts } from './facts.ts'

export type Judgement =
  | { readonly kind: 'accepted'; readonly late: boolean; readonly set: TaskSet }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'refused'; readonly keep: boolean; readonly error: Error }

export type AttemptRow = {
  task_id: string
  attempt: number
  worker_id: string
  status: string
  finish_message_id: string | null
  report_id: string | null
  report_status: string | null
  a_progress_at: number
  /** With the columns of its worker, for `joinedHolder`. */
  w_id: string | null
}

export function judgeFinish(
  transaction: Transaction,
  request: Request<FinishAttempt>,
  row: TaskRow | undefined,
  attempt: AttemptRow | undefined,
  known: KnownFacts | undefined,
): Judgement {
  const { command } = request
  const replayed = attempt?.finish_message_id === command.messageId || attempt?.report_status === 'accepted'
  if (replayed) return { kind: 'replayed' }
  if (!row) return refuse(refused('not_found', `no task has the id ${command.taskId}`), false)
  // The ledger noticed the interruption before its worker could tell of it: both say the same, whatever came after.
  const own = attempt?.worker_id === command.workerId
  if (own && command.outcome === 'interrupted' && attempt.status === 'interrupted') return { kind: 'replayed' }
  const late = isLate(row, command, attempt)
  const refusal = late ? null : fence(row, command)
  // A report of an attempt that this worker never had is not work of its own: there is nothing to keep.
  if (refusal) return refuse(refusal, own)
  const set = outcomeOf(transaction, request, row, known)
  if (set instanceof Error) return { kind: 'refused', keep: late, error: set }
  // An agent that waited and now is done went on first; the finish tells both.
  const from = row.status === 'waiting' && !canTransition('waiting', set.status) ? 'running' : row.status
  if (!canTransition(from, set.status)) {
    return refuse(sealedOrInterrupted(row, command), true)
  }
  return { kind: 'accepted', late, set }
}

/** The newest attempt of a task that was interrupted meanwhile, that nobody has taken over and nobody undoes. */
function isLate(row: TaskRow, command: FinishAttempt, attempt: AttemptRow | undefined): boolean {
  // One that has reported something else already is not interrupted, though its task may be: it resumes.
  const interrupted = row.status === 'interrupted' && attempt?.status === 'interrupted'
  const untouched = interrupted && row.compensating_since === null
  return untouched && row.attempt === command.attempt && attempt.worker_id === command.workerId
}

function sealedOrInterrupted(row: TaskRow, command: FinishAttempt): Refusal {
  if (row.sealed_at !== null) return sealedResult(row)
  const detail = `attempt ${command.attempt} was interrupted: ${command.outcome} cannot follow ${row.status}`
  return { ok: false, error: new TaskError('fence_rejected', detail, { status: row.status }) }
}

function refuse({ error }: Refusal, keep: boolean): Judgement {
  return { kind: 'refused', keep, error }
}

function outcomeOf(
  transaction: Transaction,
  { context, command }: Request<FinishAttempt>,
  row: TaskRow,
  known: KnownFacts | undefined,
): TaskSet | TaskError {
  const { workerId, error } = command
  const end = { workerId, cause: 'reported', error, blamePpm: WHOLE_PPM }
  switch (command.outcome) {
    case 'success':
    case 'cancelled':
    case 'aborted_no_skill':
      return sealed(transaction, command.outcome)
    case 'interrupted':
      return aftermath(transaction, context.policy, row, { ...end, ended: 'interrupted' }, known).set
    case 'failed': {
      const set = keepQuarantine(
        row,
        aftermath(transaction, context.policy, row, { ...end, ended: 'failed' }, known).set,
      )
      const final = set.status === 'failed' && set.sealed_at != null
      return final && row.side_effects && (known?.compensations ?? []).length === 0 ? uncompensated(row) : set
    }
  }
}

/** A late failure does not bring back what is to be quarantined: its interruptions have decided already. */
function keepQuarantine(row: TaskRow, set: TaskSet): TaskSet {
  if (row.next_action !== 'quarantine' || set.sealed_at != null) return set
  const { next_action, next_at, next_reason } = row
  return { ...set, next_action, next_at, next_reason, excluded_worker_id: null, resume_from: null }
}

export function uncompensated(row: TaskRow): TaskError {
  return new TaskError('compensation_required', `task ${row.id} has side effects and no compensation is registered`, {
    taskId: row.id,
  })
}
