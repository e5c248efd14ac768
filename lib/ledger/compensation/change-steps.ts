/** The only writer of steps after their registration. Each write names the status and the try that it expects. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { Compensation } from '#lib/task/schema.ts'

export interface StepChange {
  readonly step: Compensation
  readonly set: Partial<Pick<Compensation, 'status' | 'tries' | 'error' | 'runnerTaskId'>>
}

// A call that outlived its time answers for a try that is over: the number of the try is the fencing token.
const changeRows = statement(
  'changeCompensations',
  (d) => `UPDATE compensations AS k SET status = c.status, tries = c.tries, error = c.error,
      runner_task_id = c.runner_task_id, finished_at = CASE WHEN c.status IN ('done','failed') THEN ${d.now} END
    FROM ${d.rows(`task_id text, id text, status text, tries integer, error text, runner_task_id text,
      expected_status text, expected_tries integer`)}
    WHERE k.task_id = c.task_id AND k.id = c.id AND k.status = c.expected_status AND k.tries = c.expected_tries`,
)

export function* changeSteps(changes: readonly StepChange[]): Plan<void> {
  yield* run(
    changeRows,
    changes.map(({ step, set }) => {
      const { status, tries, error, runnerTaskId } = { ...step, ...set }
      return {
        task_id: step.taskId,
        id: step.id,
        status,
        tries,
        error,
        runner_task_id: runnerTaskId,
        expected_status: step.status,
        expected_tries: step.tries,
      }
    }),
  )
}
