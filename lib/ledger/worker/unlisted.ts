/** Attempts that the ledger has and the heartbeats of their worker do not list: since when, and that it is over. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { AttemptKey } from '#lib/ledger/core/attempts.ts'

const markRows = statement(
  'markUnlisted',
  (d) => `UPDATE task_attempts AS a SET unlisted_at = c.at
    FROM ${d.rows('task_id text, attempt integer, worker_id text, at bigint')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL
      AND a.unlisted_at IS NULL`,
)

/** A claim whose answer is still under way is not listed either: only a whole lease of it counts. */
export function* markUnlisted({ now }: Transaction, attempts: readonly AttemptKey[]): Plan<void> {
  yield* run(
    markRows,
    attempts.map(({ taskId, attempt, workerId }) => ({ task_id: taskId, attempt, worker_id: workerId, at: now })),
  )
}

const readRows = statement(
  'readUnlisted',
  (d) => `SELECT a.task_id, a.attempt, a.worker_id FROM ${d.rows('worker_id text')}
    JOIN task_attempts AS a ${d.by('task_attempts_unlisted')} ON a.worker_id = c.worker_id
      AND a.unlisted_at IS NOT NULL AND a.finished_at IS NULL`,
)
const clearRows = statement(
  'clearUnlisted',
  (d) => `UPDATE task_attempts AS a SET unlisted_at = NULL
    FROM ${d.rows('task_id text, attempt integer, worker_id text')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

/** Forgets what these workers did not list before and `isListed` says they do now. */
export function* clearUnlisted(
  workerIds: readonly string[],
  isListed: (attempt: AttemptKey) => boolean = () => true,
): Plan<void> {
  const rows = yield* run(
    readRows,
    workerIds.map((worker_id) => ({ worker_id })),
  )
  const known = rows.map((row) => ({
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
  }))
  yield* run(
    clearRows,
    known.filter(isListed).map(({ taskId, attempt, workerId }) => ({ task_id: taskId, attempt, worker_id: workerId })),
  )
}
