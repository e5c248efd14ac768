/** Workers, tasks and reports with what a test does not care about filled in. */
import { createTask, finishAttempt, listEvents, recover, registerWorker, startAttempt } from '#lib/ledger/index.ts'
import { tick } from '#lib/ledger/recovery/tick.ts'
import type { CreateTask, FinishAttempt, RegisterWorker } from '#lib/task/commands.ts'
import { isTaskError, type TaskError } from '#lib/task/errors.ts'
import type { RecoveryRun, Task, TaskEvent, Worker } from '#lib/task/schema.ts'
import type { Ledger } from './ledger.ts'

let count = 0

/** An id that no other test has. */
export function freshId(kind: string): string {
  count += 1
  return `${kind}-${count}`
}

export function taskOf(changes: Partial<CreateTask> = {}): CreateTask {
  return { id: freshId('task'), title: 'Fix login', ...changes }
}

export function workerOf(changes: Partial<RegisterWorker> = {}): RegisterWorker {
  count += 1
  return { host: `dev-${count}`, pid: 4000 + count, name: `dev-1/${count}`, slots: 100, ...changes }
}

export function hire({ context }: Ledger, changes: Partial<RegisterWorker> = {}): Promise<Worker> {
  return registerWorker(context, workerOf(changes))
}

/** How a worker names what it holds. */
export interface Ref {
  readonly taskId: string
  readonly workerId: string
  readonly attempt: number
}

/** A task under way from its creation, with its worker. */
export async function begin(
  ledger: Ledger,
  changes: Partial<CreateTask> = {},
  worker?: Worker,
): Promise<{ task: Task; worker: Worker; ref: Ref }> {
  const holder = worker ?? (await hire(ledger))
  const task = await createTask(ledger.context, taskOf({ start: { workerId: holder.id }, ...changes }))
  return { task, worker: holder, ref: { taskId: task.id, workerId: holder.id, attempt: 1 } }
}

/** A new worker that takes a task by its name. */
export async function startedBy(ledger: Ledger, taskId: string, worker?: Worker): Promise<Ref> {
  const { id: workerId } = worker ?? (await hire(ledger))
  const { attempt } = await startAttempt(ledger.context, { taskId, workerId, requestId: freshId('request') })
  return { taskId, workerId, attempt }
}

export function reportOf(ref: Ref, changes: Partial<FinishAttempt> = {}): FinishAttempt {
  return { ...ref, messageId: freshId('message'), outcome: 'success', ...changes }
}

export function finish({ context }: Ledger, ref: Ref, changes: Partial<FinishAttempt> = {}): Promise<Task> {
  return finishAttempt(context, reportOf(ref, changes))
}

/** Lets time pass while a sweeper of some instance goes on ticking, so that nothing looks like an outage. */
export async function pass(ledger: Ledger, ms: number): Promise<void> {
  await tick(ledger.context, { sweepMs: 1000 })
  for (let leftMs = ms; leftMs > 0; leftMs -= 5000) {
    ledger.clock.advance(Math.min(leftMs, 5000))
    await tick(ledger.context, { sweepMs: 1000 })
  }
}

export function sweep({ context }: Ledger): Promise<RecoveryRun> {
  return recover(context, { trigger: 'sweep', sweepMs: 1000 })
}

/** What an operation was refused with. */
export async function refusal(attempt: Promise<unknown>): Promise<TaskError> {
  const outcome: unknown = await attempt.then(
    (value) => new Error(`not refused, but answered with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (isTaskError(outcome)) return outcome
  throw outcome
}

export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return (await refusal(attempt)).code
}

/** The history of a task, oldest first. */
export async function eventsOf({ context }: Ledger, taskId: string): Promise<TaskEvent[]> {
  return (await listEvents(context, { taskId, limit: 500 })).events.reverse()
}

export async function eventTypes(ledger: Ledger, taskId: string): Promise<string[]> {
  return (await eventsOf(ledger, taskId)).map(({ type }) => type)
}
