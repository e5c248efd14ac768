/**
 * One commit holds all of a death: the task leaves its worker, the attempt seals, its session is invalidated, the
 * verdict on what comes next is stored, the incident gets the task, and the hint is written.
 */
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { type AttemptKey, type Ending, endAttempts } from '#lib/ledger/core/attempts.ts'
import { changeRows, lockTaskRows } from '#lib/ledger/core/change.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { duration, hintLine } from '#lib/task/hint.ts'
import type { EventType } from '#lib/task/schema.ts'
import { isHeld, type TaskStatus } from '#lib/task/states.ts'
import { interruptionBudget } from '#lib/task/strategies.ts'
import type { Verdict } from '#lib/task/strategy.ts'
import { type AttemptEnd, aftermath, leavesSessionInOrder, type TaskSet } from './aftermath.ts'
import { type Blame, blameOf } from './blame.ts'
import { type KnownFacts, readFacts } from './facts.ts'
import { type HolderFacts, readHolders } from './holders.ts'
import { judgeEndsOf } from './judge-ends.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

export interface InterruptTask extends AttemptKey {
  /** proven, suspected, declared, replaced or shutdown; dropped or silent where the worker lives on. */
  readonly cause: string
}

export interface Interruption {
  readonly taskId: string
  readonly hint: string
  readonly status: TaskRow['status']
  /** It died together with others, so that it runs alone next. */
  readonly suspect: boolean
}

/** Interrupts attempts whose worker is gone. One that ended or was taken over meanwhile is left alone: fence_rejected. */
export const interruptTask = operation<InterruptTask, Interruption>('interruptTask', ({ taskId }) => taskId, interrupt)

interface Death {
  readonly request: Request<InterruptTask>
  readonly row: TaskRow
  readonly set: TaskSet
  readonly next: string
  readonly suspect: boolean
  readonly ending: Ending
  readonly snapshot: Snapshot
  readonly worker: HolderFacts
}

export function* interrupt(
  transaction: Transaction,
  requests: readonly Request<InterruptTask>[],
): Plan<Result<Interruption>[]> {
  const [first] = requests
  if (!first) return []
  const { actor, policy } = first.context
  // First of all: whoever judges ends holds a lock of all instances, and must wait for no task meanwhile.
  const judgements = yield* judgeEndsOf(
    transaction,
    actor,
    requests.map(({ command }) => command),
  )
  const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
  const workers = yield* readHolders(requests.map(({ command }) => command.workerId))
  const current = requests.filter(({ command }) => holds(rows.get(command.taskId), command))
  const blames = yield* blameOf(
    policy.settings.massReassignPerSecond,
    judgements,
    current.flatMap(({ command }) => {
      const row = rows.get(command.taskId)
      return row ? [{ key: command, cause: command.cause, row }] : []
    }),
  )
  const facts = yield* readFacts(current.flatMap(({ command }) => rows.get(command.taskId) ?? []))
  const deaths = current.flatMap((request): Death[] => {
    const row = rows.get(request.command.taskId)
    const worker = workers.get(request.command.workerId)
    const blame = blames.get(request.command.taskId)
    if (!row || !worker || !blame) return []
    return [deathOf(transaction, request, row, worker, blame, facts.get(row.id))]
  })
  yield* changeRows(transaction, deaths)
  const sessions = yield* endAttempts(
    transaction,
    deaths.map(({ ending }) => ending),
  )
  const results = new Map<Request<InterruptTask>, Interruption>()
  const events = deaths.map((death) => {
    const { request, row, set, suspect } = death
    const sessionId = sessions.get(row.id) ?? null
    const hint = hintOf(transaction, death, sessionId)
    results.set(request, { taskId: row.id, hint, status: set.status, suspect })
    return eventOf(death, hint, sessionId)
  })
  yield* appendEvents(transaction, events)
  return requests.map((request) => {
    const interruption = results.get(request)
    const { taskId, attempt } = request.command
    if (interruption) return done(interruption)
    return refused('fence_rejected', `attempt ${attempt} of ${taskId} had ended before`, { taskId, attempt })
  })
}

function holds(row: TaskRow | undefined, { attempt, workerId }: AttemptKey): boolean {
  return row !== undefined && isHeld(row.status) && row.attempt === attempt && row.worker_id === workerId
}

/** What an interruption makes of the row: cancelled when that was asked for, else what the strategy says. */
function deathOf(
  transaction: Transaction,
  request: Request<InterruptTask>,
  row: TaskRow,
  worker: HolderFacts,
  blame: Blame,
  known: KnownFacts | undefined,
): Death {
  const { context, command } = request
  const { cause } = command
  const end = endOf(command, blame)
  const { verdict, set, charged } = aftermath(transaction, context.policy, row, end, known)
  const reason = REASONS[cause] ?? cause
  const next = nextOf(verdict, set, row, cause, charged)
  const alone = blame.suspect && set.sealed_at === undefined
  // A task that was to be cancelled keeps the reason that was given then. Written into it: copies by the thousand cost.
  set.incident_id = blame.incidentId
  set.reason = verdict === null ? row.reason : verdict.action === 'quarantine' ? verdict.reason : reason
  return {
    request,
    row,
    worker,
    set,
    next: alone ? `${next}, alone` : next,
    suspect: alone && charged,
    ending: endingOf(command, blame, reason),
    snapshot: snapshotOf(row, {
      workerId: command.workerId,
      status: 'interrupted',
      messages: known?.messages ?? 0,
      endedAt: transaction.now,
    }),
  }
}

/** Member by member, as all that is made for each task. */
function endOf({ cause, workerId }: InterruptTask, blame: Blame): AttemptEnd {
  return {
    workerId,
    ended: 'interrupted',
    cause,
    blamePpm: blame.blamePpm,
    convicted: blame.convicted,
    suspect: blame.suspect,
    pacedMs: blame.pacedMs,
    brakeReason: blame.brakeReason,
    paused: blame.paused,
  }
}

function nextOf(verdict: Verdict | null, set: TaskSet, row: TaskRow, cause: string, charged: boolean): string {
  if (verdict === null) return 'nothing, it was to be cancelled'
  if (verdict.action === 'resume') return `resume in ${duration(verdict.afterMs)}: ${verdict.reason}`
  if (verdict.action !== 'reassign') return `${verdict.action}: ${verdict.reason}`
  const counts = {
    interruptions: set.interruptions ?? row.interruptions,
    interruptionsMax: row.max_interruptions,
  }
  return `reassign in ${duration(verdict.afterMs)} (${interruptionBudget(counts, cause, charged)})`
}

function endingOf(command: InterruptTask, { incidentId, blamePpm }: Blame, reason: string): Ending {
  const status = leavesSessionInOrder(command.cause) ? 'resumable' : 'invalidated'
  return {
    taskId: command.taskId,
    attempt: command.attempt,
    workerId: command.workerId,
    status: 'interrupted',
    cause: command.cause,
    incidentId,
    blamePpm,
    exitCode: -1,
    reason,
    session: { status, reason: `attempt ${command.attempt} was interrupted: ${reason}` },
  }
}

const REASONS: Record<string, string> = {
  proven: 'the process of its worker is gone',
  suspected: 'its worker stopped answering',
  declared: 'its worker was declared dead',
  replaced: 'its worker was replaced by a new process',
  shutdown: 'its worker shut down',
  dropped: 'its worker answers and no longer lists it',
  silent: 'it showed no progress for longer than its limit',
}

function hintOf({ now }: Transaction, { row, set, next, worker, ending }: Death, sessionId: string | null) {
  return hintLine({
    taskId: row.id,
    title: row.title,
    repo: row.repo,
    issueNumber: row.issue_number,
    agent: row.agent,
    workerName: worker.name,
    ranMs: now - (row.started_at ?? now),
    lastHeartbeatAgoMs: now - worker.lastHeartbeatAt,
    sessionId,
    sessionResumable: ending.session.status === 'resumable',
    outcome: set.status,
    next,
  })
}

function eventOf(
  { request: { context, command }, row, set, next, snapshot }: Death,
  hint: string,
  sessionId: string | null,
): NewEvent {
  return {
    type: EVENTS[set.status] ?? 'task.interrupted',
    actor: context.actor,
    taskId: row.id,
    attempt: row.attempt,
    workerId: command.workerId,
    fromStatus: row.status,
    toStatus: set.status,
    reason: set.reason,
    data: {
      cause: command.cause,
      charged: (set.interruptions ?? row.interruptions) > row.interruptions,
      next,
      hint,
      sessionId,
      incidentId: set.incident_id ?? null,
      snapshot,
    },
  }
}

const EVENTS: Partial<Record<TaskStatus, EventType>> = {
  cancelled: 'task.cancelled',
  quarantined: 'task.quarantined',
}
