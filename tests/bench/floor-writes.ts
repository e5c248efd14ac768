/** The values of the floor's statements for each step of a lifecycle. One list of writes goes into one transaction. */
import { v7 } from 'uuid'
import type { FloorStatementName } from './floor-statements.ts'
import { newTasks, reportOf } from './work.ts'

export type Values = readonly unknown[]

export interface Write {
  readonly statement: FloorStatementName
  readonly rows: readonly Values[]
}

type Task = ReturnType<typeof newTasks>[number]

/** The three transactions of `count` lifecycles; whoever writes calls each when it is its turn. */
export function lifecycle(count: number, workerId: string): readonly (() => Write[])[] {
  const tasks = newTasks(count)
  const ids = tasks.map(({ id }) => id)
  return [() => creates(tasks), () => starts(ids, workerId), () => finishes(ids, workerId)]
}

/** The one transaction of tasks that are running when it is over. The first of its writes is that of the tasks. */
export function startsAtOnce(tasks: readonly Task[], workerId: string): Write[] {
  const now = Date.now()
  const ids = tasks.map(({ id }) => id)
  return [
    { statement: 'insertTask', rows: tasks.map((task) => taskValues(task, workerId, now)) },
    { statement: 'insertAttempt', rows: ids.map((id) => attemptValues(id, workerId, now)) },
    { statement: 'insertEvent', rows: ids.flatMap((id) => [createdEvent(id, now), startedEvent(id, workerId, now)]) },
  ]
}

function creates(tasks: readonly Task[]): Write[] {
  const now = Date.now()
  return [
    { statement: 'insertTask', rows: tasks.map((task) => taskValues(task, null, now)) },
    { statement: 'insertEvent', rows: tasks.map(({ id }) => createdEvent(id, now)) },
  ]
}

function starts(ids: readonly string[], workerId: string): Write[] {
  const now = Date.now()
  return [
    { statement: 'startTask', rows: ids.map((id) => [id, workerId, now]) },
    { statement: 'insertAttempt', rows: ids.map((id) => attemptValues(id, workerId, now)) },
    { statement: 'insertEvent', rows: ids.map((id) => startedEvent(id, workerId, now)) },
  ]
}

function finishes(ids: readonly string[], workerId: string): Write[] {
  const now = Date.now()
  const reports = ids.map((id) => reportOf(id, workerId))
  const usages = reports.map(({ exitCode, costUsd, tokensIn, tokensOut, turns }) => [
    ...[exitCode, costUsd, tokensIn, tokensOut, turns],
  ])
  return [
    { statement: 'finishTask', rows: reports.map(({ taskId }, index) => [taskId, now, ...(usages[index] ?? [])]) },
    {
      statement: 'endAttempt',
      rows: reports.map(({ taskId, messageId }, index) => [taskId, workerId, messageId, now, ...(usages[index] ?? [])]),
    },
    { statement: 'insertEvent', rows: ids.map((id) => finishedEvent(id, workerId, now)) },
  ]
}

function taskValues(task: Task, workerId: string | null, now: number): Values {
  return [
    ...[task.id, task.title, task.repo, task.issueNumber, task.user, task.agent, task.agentType, task.model],
    ...[task.provider, JSON.stringify(task.payload), JSON.stringify(task.labels)],
    ...[workerId ? 'running' : 'queued', workerId ? 1 : 0, workerId, now, workerId ? now : null, now],
  ]
}

function attemptValues(id: string, workerId: string, now: number): Values {
  return [id, 1, workerId, v7(), 'running', now, now]
}

function createdEvent(id: string, now: number): Values {
  return ['task.created', id, null, null, null, 'queued', 'worker', 'bench/1', '{}', now]
}

function startedEvent(id: string, workerId: string, now: number): Values {
  return ['task.started', id, 1, workerId, 'queued', 'running', 'worker', 'bench/1', '{}', now]
}

function finishedEvent(id: string, workerId: string, now: number): Values {
  const data = JSON.stringify({ outcome: 'success', exitCode: 0, sealed: true, late: false })
  return ['task.finished', id, 1, workerId, 'running', 'success', 'worker', 'bench/1', data, now]
}
