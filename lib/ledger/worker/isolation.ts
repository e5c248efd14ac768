/**
 * A suspect died together with others, and nobody can tell which of them killed the worker. Its next attempt runs alone
 * on an idle worker, where there is one: should that die too, it is known which task did it.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan } from '#lib/db/types.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'

/** While something runs alone on the worker `w`, it gets nothing else. */
export const notIsolating = `NOT EXISTS (SELECT 1 FROM task_attempts AS x WHERE x.worker_id = w.id AND x.isolated
  AND x.finished_at IS NULL)`

const idle = (
  d: Dialect,
  worker: string,
) => `NOT EXISTS (SELECT 1 FROM task_history AS own ${d.by('task_history_worker')}
  WHERE own.worker_id = ${worker} AND own.status IN ('running','waiting'))`

/** A suspect goes to an idle worker, to the one that a person chose for it, or after a while to any. */
export function suspectMayGo(d: Dialect): string {
  const due = d.greatest('COALESCE(t.assigned_at, t.created_at)', 'COALESCE(t.not_before, 0)')
  return `(NOT t.suspect OR t.worker_id = w.id OR ${due} <= ${d.now} - c.isolation_ms OR ${idle(d, 'w.id')})`
}

const readIdle = statement(
  'readIdle',
  (d) => `SELECT c.worker_id FROM ${d.rows('worker_id text')} WHERE ${idle(d, 'c.worker_id')}`,
)

export interface Taken {
  readonly rows: readonly TaskRow[]
  readonly isolated: boolean
}

/** Of what a worker may take, what it takes: a suspect alone when it is idle, else all of it. */
export function* isolate(workerId: string, due: readonly TaskRow[]): Plan<Taken> {
  const suspect = due.find((row) => Boolean(row.suspect) && row.worker_id === null)
  if (!suspect || (yield* run(readIdle, [{ worker_id: workerId }])).length === 0) return { rows: due, isolated: false }
  return { rows: [suspect], isolated: true }
}
