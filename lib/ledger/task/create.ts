import { v7 } from 'uuid'
import { runAndKeep, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Transaction } from '#lib/db/types.ts'
import { insertAttemptRows } from '#lib/ledger/core/attempts.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { NEW_TASK, newTaskInput, newTaskRecord } from '#lib/ledger/core/new-task.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { drainRefusal, leaseRefusal, readWorkerRows, type WorkerRow } from '#lib/ledger/core/workers.ts'
import { linkSessions, readSessionRows, type SessionRow, sessionRefusal } from '#lib/ledger/worker/link-session.ts'
import type { CreateTask } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { Task } from '#lib/task/schema.ts'

/**
 * Puts a task on record as `queued`; with `start` it is `running`, attempt 1, when this returns, in one transaction.
 * Refuses with duplicate_task when the id or the correlation id is taken.
 */
export const createTask = operation<CreateTask, Task>('createTask', ({ id = '' }) => id, create, withId)

function withId(command: CreateTask): CreateTask {
  return command.id === undefined ? { ...command, id: v7() } : command
}

export const insertTasks = statement(
  'insertTasks',
  // WHERE keeps SQLite from reading ON as a join's.
  (d) => `INSERT INTO task_history (${NEW_TASK.names}) SELECT ${NEW_TASK.values} FROM ${d.rows(NEW_TASK.columns)}
    WHERE true ON CONFLICT DO NOTHING RETURNING id`,
)

function* create(transaction: Transaction, requests: readonly Request<CreateTask>[]): Plan<Result<Task>[]> {
  const starts = requests.flatMap(({ command }) => command.start ?? [])
  const workers = yield* readWorkerRows(starts.map(({ workerId }) => workerId))
  const sessions = yield* readSessionRows(starts.flatMap(({ sessionId }) => sessionId ?? []))
  const refusals = new Map(requests.map((request) => [request, refusalOf(request, workers, sessions)]))
  const accepted = requests.filter((request) => !refusals.get(request))
  const { rows, kept } = yield* runAndKeep(
    insertTasks,
    accepted.map(({ command }) => newTaskInput(transaction, command)),
  )
  const inserted = new Set(rows.map((row) => row.id))
  yield* beginCreated(
    transaction,
    accepted.filter(({ command }) => inserted.has(command.id)),
  )
  const tasks = new Map(
    kept
      .filter(({ id }) => inserted.has(id))
      .map((row) => [row.id, newTaskRecord(row, workers.get(row.worker_id ?? ''))]),
  )
  return requests.map((request) => {
    const task = refusals.get(request) ? undefined : tasks.get(request.command.id)
    return refusals.get(request) ?? (task ? done(task) : duplicate(request.command))
  })
}

function refusalOf(
  { context, command: { start, strategy } }: Request<CreateTask>,
  workers: Map<string, WorkerRow>,
  sessions: Map<string, SessionRow>,
): Refusal | null {
  if (strategy !== undefined && !context.policy.knows(strategy)) {
    return refused('validation', `strategy: there is no strategy "${strategy}"`, { strategy })
  }
  if (!start) return null
  const session = start.sessionId === undefined ? undefined : sessions.get(start.sessionId)
  const worker = workers.get(start.workerId)
  return leaseRefusal(worker, start.workerId) ?? drainRefusal(worker) ?? sessionRefusal(session)
}

function duplicate({ id, correlationId }: CreateTask): Refusal {
  const also = correlationId === undefined ? '' : `, or its correlation id ${correlationId}`
  return refused('duplicate_task', `the id ${id}${also} is taken`, { id, correlationId: correlationId ?? null })
}

/** Writes the history of what was created, and the first attempt of what starts at once. */
function* beginCreated(transaction: Transaction, created: readonly Request<CreateTask>[]): Plan<void> {
  const started = created.flatMap(({ context: { actor }, command: { id = '', start, provider } }) =>
    start ? [{ actor, taskId: id, attempt: 1, requestId: id, provider: provider ?? null, ...start }] : [],
  )
  yield* insertAttemptRows(transaction, started)
  yield* appendEvents(transaction, created.flatMap(eventsOf))
  const links = started.flatMap(({ sessionId, ...attempt }) =>
    sessionId === undefined ? [] : [{ ...attempt, sessionId }],
  )
  const linked = yield* linkSessions(transaction, links)
  // No task starts without the session it names. This undoes the round, whose requests are then judged one by one.
  if (linked.size < links.length) throw new TaskError('lease_conflict', 'its session was taken by another attempt')
}

function eventsOf({ context: { actor }, command: { id = '', start } }: Request<CreateTask>): NewEvent[] {
  const created: NewEvent = { type: 'task.created', actor, taskId: id, toStatus: 'queued' }
  if (!start) return [created]
  const { workerId } = start
  return [
    created,
    { type: 'task.started', actor, taskId: id, attempt: 1, workerId, fromStatus: 'queued', toStatus: 'running' },
  ]
}
