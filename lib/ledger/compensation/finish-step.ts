import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { applyChanges, lockTaskRows, sealed } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import type { TaskChange, TaskRow } from '#lib/ledger/core/rows.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import type { Compensation } from '#lib/task/schema.ts'
import { backoffMs } from '#lib/task/strategies.ts'
import { changeSteps } from './change-steps.ts'
import { givenUp, stepName } from './judge-step.ts'
import { readCompensations } from './rows.ts'

/** How a try to undo a step ended; no error means that it is undone. */
export interface StepOutcome {
  readonly taskId: string
  readonly stepId: string
  readonly tries: number
  readonly error: string | null
  /** No further try would help. */
  readonly final?: boolean
}

const ERROR_LENGTH = 500

/** Writes down how a try ended. An answer to a try that is over changes nothing: the later one has the same key. */
export const finishStep = operation<StepOutcome, null>(
  'finishStep',
  ({ taskId }) => taskId,
  function* (transaction, requests): Plan<Result<null>[]> {
    const [request] = requests
    if (!request) return []
    yield* settleSteps(
      transaction,
      request.context,
      requests.map(({ command }) => command),
    )
    return requests.map(() => done(null))
  },
)

interface Settled {
  readonly row: TaskRow
  readonly steps: readonly Compensation[]
  readonly step: Compensation
  readonly error: string | null
  readonly retryAt: number | null
}

export function* settleSteps(transaction: Transaction, context: Context, outcomes: readonly StepOutcome[]): Plan<void> {
  const ids = outcomes.map(({ taskId }) => taskId)
  const rows = yield* lockTaskRows(ids)
  const steps = yield* readCompensations(ids)
  const settled = outcomes.flatMap((outcome): Settled[] => {
    const own = steps.get(outcome.taskId) ?? []
    const step = own.find(({ id }) => id === outcome.stepId)
    const row = rows.get(outcome.taskId)
    if (!row || step?.status !== 'running' || step.tries !== outcome.tries) return []
    const error = outcome.error === null ? null : maskSecrets(outcome.error).slice(0, ERROR_LENGTH)
    return [{ row, steps: own, step, error, retryAt: retryAtOf(transaction, context, outcome) }]
  })
  yield* changeSteps(
    settled.map(({ step, error, retryAt }) => ({ step, set: { status: statusOf(error, retryAt), error } })),
  )
  // One that was held, cancelled or taken meanwhile keeps what was made of it; the step is told all the same.
  const going = settled.filter(({ row }) => row.next_action === 'compensate' && row.sealed_at === null)
  yield* applyChanges(
    transaction,
    going.map((one) => ({ row: one.row, set: taskSet(transaction, one) })),
  )
  yield* appendEvents(
    transaction,
    settled.flatMap((one) => eventsOf(context, one, going.includes(one))),
  )
}

function retryAtOf(
  { now }: Transaction,
  { policy }: Context,
  { taskId, tries, error, final }: StepOutcome,
): number | null {
  const { triesMax, backoffMs: firstMs } = policy.settings.compensation
  return error === null || final || tries >= triesMax ? null : now + backoffMs(firstMs, tries, taskId)
}

function statusOf(error: string | null, retryAt: number | null): Compensation['status'] {
  if (error === null) return 'done'
  return retryAt === null ? 'failed' : 'registered'
}

function taskSet(transaction: Transaction, { steps, step, error, retryAt }: Settled): Partial<TaskChange> {
  if (error === null) return { next_at: transaction.now, next_reason: `${stepName(steps, step)} was undone` }
  if (retryAt === null) return { ...sealed(transaction, 'quarantined'), reason: givenUp(steps, step) }
  return { next_at: retryAt, next_reason: `${stepName(steps, step)} is tried again` }
}

function eventsOf({ actor }: Context, { row, steps, step, error, retryAt }: Settled, going: boolean): NewEvent[] {
  const { id: compensationId, kind, position, tries } = step
  const about = { actor, taskId: row.id, attempt: row.attempt || null }
  const data = { compensationId, kind, position, steps: steps.length, tries }
  if (error === null) return [{ ...about, type: 'task.compensation_done', data }]
  const failed: NewEvent = {
    ...about,
    type: 'task.compensation_failed',
    reason: error,
    data: { ...data, final: retryAt === null },
  }
  if (retryAt !== null || !going) return [failed]
  const reason = givenUp(steps, step)
  return [failed, { ...about, type: 'task.quarantined', fromStatus: row.status, toStatus: 'quarantined', reason }]
}
