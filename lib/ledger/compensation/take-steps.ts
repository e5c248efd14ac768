/**
 * Undoing, step by step. A task that is being undone is taken by moving its `next_at` to the end of the time that its
 * step has, so one instance at a time works on it, and any other goes on when that one has gone.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { applyChanges, type Change, sealed } from '#lib/ledger/core/change.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { type Compensation, compensationSkill } from '#lib/task/compensation.ts'
import { changeSteps, type StepChange } from './change-steps.ts'
import { judgeNextStep, type NextStep, stepName } from './judge-step.ts'
import { readCompensations } from './rows.ts'
import { cancelRunners, createRunners, type Runner, settleRunners } from './step-runner.ts'

/** What is to be called outside of any transaction, and how its answer is to be named. */
export interface StepOrder {
  readonly step: Compensation
  readonly title: string
  /** The ledger's clock, for the signature. */
  readonly at: number
}

/** More than a handler's own time: its answer must reach the ledger before another try begins. */
const GRACE_MS = 5000

export const takeSteps = operation<{ readonly max: number }, StepOrder[]>('takeSteps', () => '', take)

// A row that is sealed has no next action; a CHECK holds that.
const DUE = `t.next_action = 'compensate' AND t.compensating_since IS NOT NULL
  AND t.status IN ('interrupted','failed')`

/** Whether there may be something to take, without a transaction. */
export const ANYTHING_DUE = `SELECT 1 AS due FROM task_history AS t WHERE ${DUE} AND t.next_at <= $1
  UNION ALL SELECT 1 FROM compensations AS k JOIN task_history AS r ON r.id = k.runner_task_id AND r.sealed_at IS NOT NULL
    WHERE k.status = 'running' AND k.runner_task_id IS NOT NULL LIMIT 1`

const lockDueSteps = statement(
  'lockDueSteps',
  (d) => `SELECT t.* FROM ${d.rows('max integer')} JOIN task_history AS t ${d.by('task_history_next_at')}
      ON ${DUE} AND t.next_at <= ${d.now}
    ORDER BY t.next_at, t.id LIMIT ${d.scalar(0, 'integer')} ${d.lockSkipping}`,
)

const readSkilled = statement(
  'readSkilledKinds',
  (d) => `SELECT c.kind FROM ${d.rows('kind text, skills json')}
    WHERE EXISTS (SELECT 1 FROM workers AS w WHERE ${d.contains('w.skills', 'c.skills')})`,
)

interface Taken {
  readonly row: TaskRow
  readonly steps: readonly Compensation[]
  readonly next: NextStep
}

function* take(
  transaction: Transaction,
  [request]: readonly Request<{ readonly max: number }>[],
): Plan<Result<StepOrder[]>[]> {
  if (!request) return []
  const { context, command } = request
  const settings = context.policy.settings.compensation
  yield* settleRunners(transaction, context)
  const rows = yield* run(lockDueSteps, [{ max: command.max }])
  // The columns are the table's.
  const due = rows as unknown as TaskRow[]
  const steps = yield* readCompensations(due.map(({ id }) => id))
  const skilled = yield* readSkilledKinds([...steps.values()].flat())
  const taken = due.map((row): Taken => {
    const own = steps.get(row.id) ?? []
    return { row, steps: own, next: judgeNextStep(own, settings, skilled) }
  })
  yield* cancelRunners(transaction, context, of(taken, 'overdue'))
  const runners = yield* createRunners(transaction, context, of(taken, 'delegate'))
  yield* changeSteps(taken.flatMap((one) => stepChange(one, runners)))
  const timeMs = {
    call: settings.timeoutMs + GRACE_MS,
    delegate: settings.workerTimeoutMs,
    overdue: settings.workerTimeoutMs,
  }
  yield* applyChanges(
    transaction,
    taken.map((one) => taskChange(transaction, one, timeMs)),
  )
  yield* appendEvents(
    transaction,
    taken.flatMap((one) => eventsOf(one).map((event) => ({ ...event, actor: context.actor, taskId: one.row.id }))),
  )
  return [
    done(
      taken.flatMap(({ row, next }) =>
        next.kind === 'call' ? [{ step: tried(next.step), title: row.title, at: transaction.now }] : [],
      ),
    ),
  ]
}

function of(taken: readonly Taken[], kind: 'overdue' | 'delegate') {
  return taken.flatMap(({ row, next }) => (next.kind === kind ? [{ row, step: next.step }] : []))
}

/** A step that was given up and is asked for again begins anew. */
function tried(step: Compensation): Compensation {
  return { ...step, status: 'running', tries: step.status === 'failed' ? 1 : step.tries + 1 }
}

function stepChange({ next }: Taken, runners: ReadonlyMap<string, Runner>): StepChange[] {
  if (next.kind === 'call') return [{ step: next.step, set: tried(next.step) }]
  if (next.kind === 'delegate') {
    const runnerTaskId = runners.get(next.step.taskId)?.id ?? null
    return [{ step: next.step, set: { ...tried(next.step), runnerTaskId } }]
  }
  if (next.kind !== 'quarantine' || !next.step) return []
  return [{ step: next.step, set: { status: 'failed', error: next.reason } }]
}

function taskChange(
  transaction: Transaction,
  { row, steps, next }: Taken,
  timeMs: Readonly<Record<'call' | 'delegate' | 'overdue', number>>,
): Change {
  if (next.kind === 'compensated') {
    return { row, set: { ...sealed(transaction, 'compensated'), reason: undoneReason(steps) } }
  }
  if (next.kind === 'quarantine') {
    return { row, set: { ...sealed(transaction, 'quarantined'), reason: next.reason } }
  }
  const by = next.kind === 'call' ? '' : ` by a worker with the skill ${compensationSkill(next.step.kind)}`
  const next_reason = `${stepName(steps, next.step)} is being undone${by}`
  return { row, set: { next_at: transaction.now + timeMs[next.kind], next_reason } }
}

function undoneReason(steps: readonly Compensation[]): string {
  const count = steps.filter(({ tries }) => tries > 0).length
  return count === 0
    ? 'there was nothing to undo'
    : `${count} of ${steps.length} steps were undone, the others needed nothing`
}

function eventsOf({ row, steps, next }: Taken): Omit<NewEvent, 'actor' | 'taskId'>[] {
  const about = { attempt: row.attempt || null, fromStatus: row.status }
  if (next.kind === 'compensated') {
    return [{ ...about, type: 'task.compensated', toStatus: 'compensated', reason: undoneReason(steps) }]
  }
  if (next.kind !== 'quarantine') return []
  return [{ ...about, type: 'task.quarantined', toStatus: 'quarantined', reason: next.reason }]
}

function* readSkilledKinds(steps: readonly Compensation[]): Plan<Set<string>> {
  const rows = yield* run(
    readSkilled,
    [...new Set(steps.map(({ kind }) => kind))].map((kind) => ({ kind, skills: [compensationSkill(kind)] })),
  )
  return new Set(rows.map((row) => row.kind as string))
}
