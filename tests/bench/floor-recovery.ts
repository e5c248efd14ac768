/** The rows that recovery writes of what one dead worker held, written by hand: nothing is read, asked or decided. */
import { v7 } from 'uuid'
import type { Values, Write } from './floor-writes.ts'
import { BATCH, newTask } from './work.ts'

const REASON = 'its worker stopped answering'
const NEXT_REASON = `${REASON} (interruption 1 of 3)`
const DELAY_MS = 600_000

/** A transaction of `BATCH` tasks each, whose first attempt this worker held. */
export function interruptions(taskIds: readonly string[], workerId: string): (() => Write[])[] {
  const incidentId = v7()
  const batches = Array.from({ length: Math.ceil(taskIds.length / BATCH) }, (_, batch) =>
    taskIds.slice(batch * BATCH, (batch + 1) * BATCH),
  )
  return batches.map((ids) => () => writesOf(ids, workerId, incidentId, Date.now()))
}

function writesOf(ids: readonly string[], workerId: string, incidentId: string, now: number): Write[] {
  const task = (id: string): Values => [id, 1, workerId, incidentId, REASON, NEXT_REASON, now + DELAY_MS, now]
  return [
    { statement: 'interruptTask', rows: ids.map(task) },
    { statement: 'interruptAttempt', rows: ids.map((id) => [id, 1, workerId, incidentId, REASON, now]) },
    { statement: 'insertInterruption', rows: ids.map((id) => eventOf(id, workerId, incidentId, now)) },
  ]
}

const { title, repo, issueNumber, agent } = newTask()

function eventOf(taskId: string, workerId: string, incidentId: string, now: number): Values {
  const next = 'reassign in 10m0s (interruption 1 of 3), alone'
  const hint =
    `[recovery] task ${taskId} interrupted: ${repo}#${issueNumber} "${title}" agent=${agent} worker=bench/1 ran=1m5s ` +
    `last heartbeat 1m5s ago · next: ${next}`
  const usage = { agent, status: 'interrupted', turns: null, costUsd: null, messages: 0, startedAt: now, endedAt: now }
  const snapshot = { taskId, attempt: 1, workerId, ...usage }
  const data = { cause: 'suspected', charged: true, next, hint, sessionId: null, incidentId, snapshot }
  return [
    ...['task.interrupted', taskId, 1, workerId, 'running', 'interrupted', 'system', 'rollcall', REASON],
    ...[JSON.stringify(data), now],
  ]
}
