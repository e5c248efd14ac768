/** Judges a worker's write by the attempt it names, and keeps a record of every refusal on the task. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Transaction } from '#lib/db/types.ts'
import { TaskError } from '#lib/task/errors.ts'
import { isHeld } from '#lib/task/states.ts'
import type { AttemptKey } from './attempts.ts'
import type { Actor } from './context.ts'
import { refused } from './operation.ts'
import type { TaskRow } from './rows.ts'

/** Null when the writer holds the task with its current attempt; otherwise why it does not. */
export function fence(row: TaskRow | undefined, writer: AttemptKey): Refusal | null {
  if (!row) return refused('not_found', `no task has the id ${writer.taskId}`, { taskId: writer.taskId })
  if (writer.attempt !== row.attempt) {
    return refused('fence_rejected', `attempt ${writer.attempt} is not the current one: attempt ${row.attempt} is`, {
      attempt: writer.attempt,
      currentAttempt: row.attempt,
      status: row.status,
    })
  }
  if (row.sealed_at !== null) return sealedResult(row)
  if (!isHeld(row.status) || row.worker_id !== writer.workerId) {
    return refused('fence_rejected', `attempt ${row.attempt} is not held by this worker: the task is ${row.status}`, {
      attempt: writer.attempt,
      currentAttempt: row.attempt,
      status: row.status,
      holder: row.worker_id,
    })
  }
  return null
}

export function sealedResult(row: TaskRow): Refusal {
  return refused('sealed_task', `the task is sealed as ${row.status}`, {
    status: row.status,
    sealedAt: new Date(Number(row.sealed_at)).toISOString(),
  })
}

export interface RefusedWrite {
  readonly writer: AttemptKey
  readonly actor: Actor
  /** What the writer tried, in the past tense: "finished", "sent output". */
  readonly tried: string
  readonly error: Error
  readonly currentAttempt: number
  readonly data?: Readonly<Record<string, unknown>>
}

// One line for each thing that a zombie tries, however often it tries: it may try for hours.
const insertRefusals = statement(
  'insertRefusals',
  (d) => `INSERT INTO task_events (type, task_id, attempt, worker_id, actor_kind, actor_name, reason, data, at)
    SELECT 'task.refused', c.task_id, c.attempt, c.worker_id, c.actor_kind, c.actor_name, c.reason, c.data, c.at
    FROM ${d.rows(`task_id text, attempt integer, worker_id text, actor_kind text, actor_name text, reason text,
      data json, at bigint`)}
    WHERE NOT EXISTS (SELECT 1 FROM task_events AS e WHERE e.task_id = c.task_id AND e.type = 'task.refused'
      AND e.attempt = c.attempt AND e.worker_id = c.worker_id AND e.reason = c.reason)`,
)

/** Writes refusals down. A task that does not exist has no history to write to. */
export function* recordRefusals({ now }: Transaction, refusals: readonly RefusedWrite[]): Plan<void> {
  yield* run(
    insertRefusals,
    refusals
      .filter(({ error }) => !(error instanceof TaskError && error.code === 'not_found'))
      .map(({ writer, actor, tried, error, currentAttempt, data }) => ({
        task_id: writer.taskId,
        attempt: writer.attempt,
        worker_id: writer.workerId,
        actor_kind: actor.kind,
        actor_name: actor.name,
        reason: `attempt ${writer.attempt} ${tried} ${when(writer.attempt, currentAttempt, error)}`,
        data: { tried, currentAttempt, code: error instanceof TaskError ? error.code : 'internal', ...data },
        at: now,
      })),
  )
}

function when(attempt: number, currentAttempt: number, error: Error): string {
  if (attempt < currentAttempt) return `after attempt ${attempt + 1} began`
  return error instanceof TaskError && error.code === 'sealed_task'
    ? 'after the task was sealed'
    : 'without holding the task'
}
