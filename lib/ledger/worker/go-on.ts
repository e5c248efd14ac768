/** Whatever shows that an attempt gets on, be it output, progress or a checkpoint, ends its waiting and its silence. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { AttemptKey } from '#lib/ledger/core/attempts.ts'
import { applyChanges } from '#lib/ledger/core/change.ts'
import type { Actor } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { duration } from '#lib/task/hint.ts'

/** What tells that an attempt gets on, as far as its silence goes. */
export interface LifeSign {
  readonly row: Pick<TaskRow, 'id' | 'progress_timeout_ms'>
  readonly writer: AttemptKey
  readonly actor: Actor
}

export interface Sign extends LifeSign {
  /** Of the task as it is locked. */
  readonly row: TaskRow
}

const markRows = statement(
  'markProgress',
  (d) => `UPDATE task_attempts AS a SET progress_at = c.at
    FROM ${d.rows('task_id text, attempt integer, worker_id text, at bigint')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

/** Of those that still hold their task. */
export function* markProgress({ now }: Transaction, attempts: readonly AttemptKey[]): Plan<void> {
  yield* run(
    markRows,
    attempts.map(({ taskId, attempt, workerId }) => ({ task_id: taskId, attempt, worker_id: workerId, at: now })),
  )
}

const setAttemptStatus = statement(
  'setAttemptStatus',
  (d) => `UPDATE task_attempts AS a SET status = c.status
    FROM ${d.rows('task_id text, attempt integer, worker_id text, status text')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

/** An attempt is running or waiting as its task is. */
export function* followStatus(signs: readonly Sign[], status: 'running' | 'waiting'): Plan<void> {
  yield* run(
    setAttemptStatus,
    signs.map(({ writer }) => ({
      task_id: writer.taskId,
      attempt: writer.attempt,
      worker_id: writer.workerId,
      status,
    })),
  )
}

/** Answers, by id, the rows that are changed by it. */
export function* goOn(transaction: Transaction, signs: readonly Sign[]): Plan<Map<string, TaskRow>> {
  yield* endSilence(transaction, signs)
  return yield* endWaiting(transaction, signs)
}

export function* endWaiting(transaction: Transaction, signs: readonly Sign[]): Plan<Map<string, TaskRow>> {
  const waited = signs.filter(({ row }) => row.status === 'waiting')
  const changed = yield* applyChanges(
    transaction,
    waited.map(({ row }) => ({ row, set: { status: 'running', wait_reason: null } })),
  )
  yield* followStatus(waited, 'running')
  yield* appendEvents(
    transaction,
    waited.map(({ row, writer, actor }) => ({
      ...{ type: 'task.went_on', actor, taskId: row.id, attempt: writer.attempt, workerId: writer.workerId },
      ...{ fromStatus: 'waiting', toStatus: 'running', data: { after: 'waiting' } },
    })),
  )
  return changed
}

const clearSilence = statement(
  'clearSilence',
  (d) => `UPDATE task_attempts AS a SET silent_at = NULL
    FROM ${d.rows('id text, attempt integer, worker_id text')}
    WHERE a.task_id = c.id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL
      AND a.silent_at IS NOT NULL
    RETURNING task_id`,
)

/** Only what has a limit can have been silent. */
export function* endSilence(transaction: Transaction, signs: readonly LifeSign[]): Plan<void> {
  const limited = signs.filter(({ row }) => row.progress_timeout_ms !== null)
  const rows = yield* run(
    clearSilence,
    limited.map(({ writer }) => ({ id: writer.taskId, attempt: writer.attempt, worker_id: writer.workerId })),
  )
  const silent = new Set(rows.map((row) => row.task_id))
  yield* appendEvents(
    transaction,
    limited
      .filter(({ row }) => silent.has(row.id))
      .map(({ row, writer, actor }) => ({
        ...{ type: 'task.went_on', actor, taskId: row.id, attempt: writer.attempt, workerId: writer.workerId },
        reason: `it had been silent past its limit of ${duration(Number(row.progress_timeout_ms))}`,
        data: { after: 'silence' },
      })),
  )
}
