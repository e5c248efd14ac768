/** Steps that a worker undoes: each is a task of its own with the skill `compensate:<kind>`, whose end is the step's. */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import { applyChanges, lockTaskRows, sealed } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { newTaskInput } from '#lib/ledger/core/new-task.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { insertTasks } from '#lib/ledger/task/create.ts'
import { type Compensation, compensationSkill } from '#lib/task/compensation.ts'
import { isHeld } from '#lib/task/states.ts'
import { settleSteps } from './finish-step.ts'

export interface Runner {
  readonly id: string
}

interface Step {
  readonly row: TaskRow
  readonly step: Compensation
}

/** The label by which the tasks that undo another one are found. */
const LABEL = 'rollcall/compensates'
const TITLE_LENGTH = 500

const readEndedRunners = statement(
  'readEndedRunners',
  (d) => `SELECT k.task_id, k.id, k.tries, r.status, COALESCE(r.error_message, r.reason) AS why
    FROM ${d.rows('any boolean')} JOIN compensations AS k ON k.status = 'running'
    JOIN task_history AS r ON r.id = k.runner_task_id AND r.sealed_at IS NOT NULL ORDER BY k.task_id LIMIT 1000`,
)

/** Takes over what the tasks of workers came to. They have retries of their own, so their failure is final. */
export function* settleRunners(transaction: Transaction, context: Context): Plan<void> {
  const ended = yield* run(readEndedRunners, [{ any: true }])
  yield* settleSteps(
    transaction,
    context,
    ended.map((row) => ({
      taskId: row.task_id as string,
      stepId: row.id as string,
      tries: row.tries as number,
      error: row.status === 'success' ? null : `its task ended as ${row.status}: ${row.why ?? 'no reason was given'}`,
      final: true,
    })),
  )
}

export function* createRunners(
  transaction: Transaction,
  { actor, policy }: Context,
  steps: readonly Step[],
): Plan<Map<string, Runner>> {
  const { triesMax } = policy.settings.compensation
  const runners = new Map(steps.map(({ row }) => [row.id, { id: v7() }]))
  const inputs = steps.map(({ row, step }) => {
    const { id: stepId, taskId, attempt, kind, target, reason } = step
    return newTaskInput(transaction, {
      id: runners.get(taskId)?.id,
      title: `Undo ${kind} of: ${row.title}`.slice(0, TITLE_LENGTH),
      ...(row.repo === null ? {} : { repo: row.repo }),
      ...(row.issue_number === null ? {} : { issueNumber: row.issue_number }),
      payload: { compensation: { taskId, stepId, attempt, kind, target, reason, idempotencyKey: keyOf(step) } },
      labels: { [LABEL]: taskId },
      requires: [compensationSkill(kind)],
      maxRetries: triesMax - 1,
      strategy: 'fail-and-reassign',
    })
  })
  yield* run(insertTasks, inputs)
  yield* appendEvents(
    transaction,
    steps.map(({ row, step }) => ({
      type: 'task.created',
      actor,
      taskId: runners.get(row.id)?.id ?? null,
      toStatus: 'queued',
      reason: `it undoes ${step.kind} of task ${row.id}`,
      data: { compensates: row.id, compensationId: step.id },
    })),
  )
  return runners
}

/** Says the same step the same again, whoever calls and however often. */
export function keyOf({ taskId, id }: Pick<Compensation, 'taskId' | 'id'>): string {
  return `${taskId}/${id}`
}

/** What has taken too long is called off; its end then tells what became of the step. */
export function* cancelRunners(transaction: Transaction, { actor }: Context, steps: readonly Step[]): Plan<void> {
  const rows = yield* lockTaskRows(steps.flatMap(({ step }) => step.runnerTaskId ?? []))
  const reason = 'it took longer than a compensation may take'
  const open = [...rows.values()].filter((row) => row.sealed_at === null && row.cancel_requested_at === null)
  yield* applyChanges(
    transaction,
    open.map((row) => ({
      row,
      set: isHeld(row.status)
        ? { cancel_requested_at: transaction.now, reason }
        : { ...sealed(transaction, 'cancelled'), reason },
    })),
  )
  yield* appendEvents(
    transaction,
    open.map((row) =>
      isHeld(row.status)
        ? { type: 'task.cancel_requested', actor, taskId: row.id, attempt: row.attempt, reason }
        : {
            type: 'task.cancelled',
            actor,
            taskId: row.id,
            attempt: row.attempt || null,
            fromStatus: row.status,
            toStatus: 'cancelled',
            reason,
          },
    ),
  )
}
