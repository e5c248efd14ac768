/** The frame of an operator's act on a task: read the row, decide, write it guarded, seal its attempt, tell of it. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Transaction } from '#lib/db/types.ts'
import type { Task } from '#lib/task/schema.ts'
import { type AttemptOutcome, allowedTargets, isHeld, type TaskStatus } from '#lib/task/states.ts'
import { type Ending, endAttempts } from './attempts.ts'
import { changeOf } from './audit-change.ts'
import { applyChanges, lockTaskRows, readTaskRecords } from './change.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { sealedResult } from './fence.ts'
import { done, type Operation, operation, type Request, refused } from './operation.ts'
import type { TaskChange, TaskRow } from './rows.ts'
import { readWorkerRows, type WorkerRow } from './workers.ts'

type ActEvent = Omit<NewEvent, 'actor' | 'taskId'>

/** What an act comes to: the columns to write and the event that tells of it, or why it is refused. */
export type Act =
  | {
      readonly ok: true
      readonly set: Partial<TaskChange>
      readonly event: ActEvent
      /** How the attempt under way ends by it, where there is one. */
      readonly ends?: AttemptOutcome
    }
  | Refusal

interface TaskCommand {
  readonly taskId: string
  readonly workerId?: string | undefined
}

/** What an act may need to know beside the row of its task. */
export interface Known {
  /** How many steps are registered to undo the task's side effects. */
  readonly compensations: number
  /** The worker that the act names, where there is one. */
  readonly worker: WorkerRow | undefined
}

export type Decide<Command> = (transaction: Transaction, request: Request<Command>, row: TaskRow, known: Known) => Act

const countCompensations = statement(
  'countCompensations',
  (d) => `SELECT k.task_id, COUNT(*) AS count FROM ${d.rows('task_id text')}
    JOIN compensations AS k ON k.task_id = c.task_id GROUP BY k.task_id`,
)

export function act<Command extends TaskCommand>(name: string, decide: Decide<Command>): Operation<Command, Task> {
  return operation<Command, Task>(
    name,
    ({ taskId }) => taskId,
    function* (transaction, requests) {
      const ids = requests.map(({ command }) => command.taskId)
      const workers = yield* readWorkerRows(requests.flatMap(({ command }) => command.workerId ?? []))
      const rows = yield* lockTaskRows(ids)
      const counted = yield* run(
        countCompensations,
        ids.map((task_id) => ({ task_id })),
      )
      const counts = new Map(counted.map((row) => [row.task_id, Number(row.count)]))
      const acts = requests.map((request) => {
        const { taskId, workerId = '' } = request.command
        const row = rows.get(taskId)
        const known = { compensations: counts.get(taskId) ?? 0, worker: workers.get(workerId) }
        return { request, row, decision: row ? decide(transaction, request, row, known) : missing(request.command) }
      })
      yield* writeActs(transaction, acts)
      const tasks = yield* readTaskRecords(ids)
      return acts.map(({ request, row, decision }) => {
        const task = tasks.get(request.command.taskId)
        if (!decision.ok) return decision
        return row && task ? done(task, changeOf(row, decision.set)) : missing(request.command)
      })
    },
  )
}

function missing({ taskId }: TaskCommand): Refusal {
  return refused('not_found', `no task has the id ${taskId}`, { taskId })
}

/** Writes what was accepted: the rows, the attempts that end by it, the history. */
export function* writeActs<Command>(
  transaction: Transaction,
  acts: readonly { request: Request<Command>; row: TaskRow | undefined; decision: Act }[],
): Plan<void> {
  const accepted = acts.flatMap(({ request, row, decision }) =>
    row && decision.ok ? [{ request, row, decision }] : [],
  )
  yield* applyChanges(
    transaction,
    accepted.map(({ row, decision }) => ({ row, set: decision.set })),
  )
  yield* endAttempts(
    transaction,
    accepted.flatMap(({ row, decision }) =>
      decision.ends && isHeld(row.status) ? [endingOf(row, decision.ends, decision.event)] : [],
    ),
  )
  yield* appendEvents(
    transaction,
    accepted.map(({ request: { context }, row, decision: { event, set } }) => ({
      attempt: row.attempt || null,
      fromStatus: set.status === undefined ? null : row.status,
      toStatus: set.status ?? null,
      ...event,
      ...(context.operationId && { data: { ...event.data, operationId: context.operationId } }),
      actor: context.actor,
      taskId: row.id,
    })),
  )
}

function endingOf(row: TaskRow, status: AttemptOutcome, event: ActEvent): Ending {
  return {
    taskId: row.id,
    attempt: row.attempt,
    // Held rows have a worker by a CHECK of the table.
    workerId: row.worker_id as string,
    status,
    cause: 'operator',
    reason: event.reason,
    session: { status: 'invalidated', reason: `attempt ${row.attempt} was ended by an operator` },
  }
}

/** Why this status cannot become that one; null when it can. */
export function transitionRefusal(row: TaskRow, to: TaskStatus, verb: string): Refusal | null {
  if (row.sealed_at !== null) return sealedResult(row)
  const allowed = allowedTargets(row.status)
  if (allowed.includes(to)) return null
  return refused('invalid_transition', `a task that is ${row.status} cannot be ${verb}`, {
    status: row.status,
    allowedTargets: allowed,
  })
}
