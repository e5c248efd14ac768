/** What the end of an attempt makes of its task: the strategy's verdict within the budgets, as the columns to write. */
import type { Transaction } from '#lib/db/types.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import type { ResumePoint } from '#lib/ledger/core/resume.ts'
import { json, type TaskChange, type TaskRow } from '#lib/ledger/core/rows.ts'
import { decideRecovery, type RecoveryPolicy } from '#lib/task/recovery.ts'
import { canTransition, type TaskStatus } from '#lib/task/states.ts'
import type { AttemptFacts, RecoveryFacts, TaskFacts, Verdict } from '#lib/task/strategy.ts'
import { type KnownFacts, NO_FACTS } from './facts.ts'

export type TaskSet = Partial<TaskChange> & { status: TaskStatus }

export interface Aftermath {
  /** Null when there was nothing to decide: the task was to be cancelled, and now it is. */
  readonly verdict: Verdict | null
  readonly set: TaskSet
  /** Whether the interruption counts against the task. */
  readonly charged: boolean
}

/** How the attempt ended, as far as the row of its task does not tell. */
export interface AttemptEnd {
  readonly workerId: string
  readonly ended: 'failed' | 'interrupted'
  readonly cause: string
  readonly error?: { readonly class: string; readonly message: string } | undefined
  /** In millionths, how much of the interruption counts against this task; 0 costs it nothing. */
  readonly blamePpm: number
  /** It died alone on an idle worker, after it had died together with others. */
  readonly convicted?: boolean
  /** Whether it died together with others, so that nobody can tell whose fault it was. Without it, it is beyond suspicion. */
  readonly suspect?: boolean
  /** How long it waits in turn behind others that the same event interrupted. */
  readonly pacedMs?: number
  /** Why nothing of its incident is recovered by rule, when that is so. */
  readonly brakeReason?: string | null
  /** While recovery is paused nothing is sealed by rule. */
  readonly paused?: boolean
}

export function aftermath(
  transaction: Transaction,
  policy: RecoveryPolicy,
  row: TaskRow,
  end: AttemptEnd,
  known: KnownFacts = NO_FACTS,
): Aftermath {
  const charged = end.ended === 'interrupted' && end.blamePpm > 0
  const counted = {
    interruptions: row.interruptions + (charged ? 1 : 0),
    blame_ppm: row.blame_ppm + (charged ? end.blamePpm : 0),
    interrupted_at: end.ended === 'interrupted' ? transaction.now : row.interrupted_at,
    suspect: end.suspect ?? false,
  }
  if (row.cancel_requested_at !== null) {
    return { verdict: null, charged, set: { ...counted, ...sealed(transaction, 'cancelled') } }
  }
  const facts = recoveryFacts(policy, end, known, charged)
  const task = taskFacts(row, counted)
  const decided = decideRecovery(
    policy,
    row.strategy,
    { task, attempt: attemptFacts(row, end), facts },
    transaction.now,
  )
  const verdict = heldBack(decided, end)
  return { verdict, charged, set: columnsOf(transaction, verdict, row, end, facts, counted) }
}

/** What a mass event interrupted waits in turn; what a brake stopped waits for an operator. */
function heldBack(verdict: Verdict, { pacedMs = 0, brakeReason = null }: AttemptEnd): Verdict {
  if (verdict.action === 'quarantine' || verdict.action === 'hold') return verdict
  if (brakeReason !== null) return { action: 'hold', reason: brakeReason }
  const waits = verdict.action === 'reassign' || verdict.action === 'resume'
  return waits ? { ...verdict, afterMs: verdict.afterMs + pacedMs } : verdict
}

function taskFacts(row: TaskRow, counted: Counted): TaskFacts {
  return {
    id: row.id,
    title: row.title,
    repo: row.repo,
    issueNumber: row.issue_number,
    agent: row.agent,
    agentType: row.agent_type,
    labels: json(row.labels) as TaskFacts['labels'],
    requires: json(row.requires) as string[],
    sideEffects: Boolean(row.side_effects),
    retriesUsed: row.retries_used,
    retriesMax: row.max_retries,
    interruptions: counted.interruptions,
    interruptionsMax: row.max_interruptions,
    blamePpm: counted.blame_ppm,
    resumesUsed: row.resumes_used,
  }
}

function attemptFacts({ attempt }: TaskRow, { workerId, ended, cause, error }: AttemptEnd): AttemptFacts {
  return { attempt, workerId, ended, cause, errorClass: error?.class ?? null, errorMessage: error?.message ?? null }
}

function recoveryFacts(
  { settings }: RecoveryPolicy,
  { cause, convicted = false }: AttemptEnd,
  { checkpoint, sessionId, compensations }: KnownFacts,
  charged: boolean,
): RecoveryFacts {
  return {
    firstDelayMs: settings.firstDelayMs,
    resumesMax: settings.resumesMax,
    checkpoint,
    session: sessionId === null ? null : { id: sessionId, resumable: leavesSessionInOrder(cause) },
    compensations,
    charged,
    convicted,
  }
}

/** A worker that said goodbye left its session in order; one that died may have been cut off in the middle of a word. */
export function leavesSessionInOrder(cause: string): boolean {
  return cause === 'shutdown'
}

/** What every end of an attempt writes, whatever is decided. */
type Counted = Pick<TaskRow, 'interruptions' | 'blame_ppm' | 'interrupted_at' | 'suspect'>

/** A verdict that ends the task is written at once; the others are stored, and carried out when they are due. */
function columnsOf(
  transaction: Transaction,
  verdict: Verdict,
  row: TaskRow,
  { ended, paused = false }: AttemptEnd,
  facts: RecoveryFacts,
  counted: Counted,
): TaskSet {
  // There is no edge from waiting to quarantined: such a task is interrupted first, and the verdict is due at once.
  if (verdict.action === 'quarantine' && !paused && canTransition(row.status, 'quarantined')) {
    return { ...counted, ...sealed(transaction, 'quarantined') }
  }
  if (verdict.action === 'fail' && ended === 'failed') return { ...counted, ...sealed(transaction, 'failed') }
  // What goes on from a checkpoint is no failure of its task, whatever its attempt came to; unless it has failed before.
  const status = verdict.action === 'resume' && row.status !== 'failed' ? 'interrupted' : ended
  // Member by member: a spread with members after it takes the engine a hundred times as long.
  return {
    interruptions: counted.interruptions,
    blame_ppm: counted.blame_ppm,
    suspect: counted.suspect,
    status,
    worker_id: null,
    phase: null,
    wait_reason: null,
    finished_at: status === 'failed' ? transaction.now : null,
    interrupted_at: status === ended ? counted.interrupted_at : transaction.now,
    next_action: verdict.action,
    next_at: dueAt(transaction, verdict),
    next_reason: verdict.reason,
    excluded_worker_id: verdict.action === 'reassign' ? (verdict.exclude ?? null) : null,
    resume_from: resumePoint(verdict, facts),
  }
}

/** What the next attempt goes on from. A session that was left in order is offered to it whatever the strategy. */
function resumePoint(verdict: Verdict, { checkpoint, session }: RecoveryFacts): ResumePoint | null {
  if (verdict.action === 'resume' && verdict.from === 'checkpoint' && checkpoint) {
    return { kind: 'checkpoint', ...checkpoint }
  }
  return session?.resumable ? { kind: 'session', sessionId: session.id } : null
}

function dueAt({ now }: Transaction, verdict: Verdict): number | null {
  if (verdict.action === 'hold') return null
  // A strategy of the user's own may give fractions, which no instant has.
  return verdict.action === 'reassign' || verdict.action === 'resume' ? now + Math.round(verdict.afterMs) : now
}
