/** The steps that undo a task's side effects, as the databases give them, in the order of their registration. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { errorShownTo } from '#lib/ledger/core/reader.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { Compensation } from '#lib/task/schema.ts'

/** The casts state what the columns and CHECKs of the table hold. */
export function toCompensation(row: Row): Compensation {
  return {
    id: row.id as string,
    taskId: row.task_id as string,
    position: row.position as number,
    attempt: row.attempt as number | null,
    kind: row.kind as string,
    target: row.target as string,
    reason: row.reason as string,
    status: row.status as Compensation['status'],
    tries: row.tries as number,
    error: row.error as string | null,
    runnerTaskId: row.runner_task_id as string | null,
    createdAt: instant(row.created_at),
    finishedAt: instantOrNull(row.finished_at),
  }
}

/** What a handler said of its failure is an error like any other. */
export function stepShownTo(context: Pick<Context, 'actor' | 'policy'>, step: Compensation): Compensation {
  return step.error === null ? step : { ...step, error: errorShownTo(context, step.error) }
}

const readSteps = statement(
  'readCompensations',
  (d) => `SELECT k.* FROM ${d.rows('task_id text')} JOIN compensations AS k ON k.task_id = c.task_id
    ORDER BY k.task_id, k.position`,
)

/** The steps of each task that has any. */
export function* readCompensations(taskIds: readonly string[]): Plan<Map<string, Compensation[]>> {
  const rows = yield* run(
    readSteps,
    [...new Set(taskIds)].map((task_id) => ({ task_id })),
  )
  const steps = new Map<string, Compensation[]>()
  for (const step of rows.map(toCompensation)) steps.set(step.taskId, [...(steps.get(step.taskId) ?? []), step])
  return steps
}
