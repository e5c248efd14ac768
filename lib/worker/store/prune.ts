/** Keeps the files bounded, however long a process runs. */
import type { Local } from './local.ts'

/** Acked messages and delivered executions that are still known when they are asked for again. */
const KEPT = 1000
/** How many more may gather before they are removed together. */
const SLACK = 1000

/** Within the caller's transaction. */
export function prune({ db }: Local): void {
  const places = db.get(ends('place', 'output.local_task_outbox_messages'))
  const last = Number(places?.last ?? 0)
  if (last - Number(places?.first ?? 0) >= KEPT + SLACK)
    db.run('DELETE FROM output.local_task_outbox_messages WHERE acked_at IS NOT NULL AND place <= ?', last - KEPT)
  const ids = db.get(ends('id', 'main.local_task_executions'))
  if (Number(ids?.last ?? 0) - Number(ids?.first ?? 0) < KEPT + SLACK) return
  const delivered = `SELECT m.execution_id FROM main.local_task_outbox_messages AS m
    WHERE m.acked_at IS NOT NULL AND m.execution_id <= ? AND NOT EXISTS (
      SELECT 1 FROM output.local_task_outbox_messages AS o
      WHERE o.execution_id = m.execution_id AND o.acked_at IS NULL)`
  const oldest = Number(ids?.last ?? 0) - KEPT
  db.run(`DELETE FROM output.local_task_outbox_messages WHERE execution_id IN (${delivered})`, oldest)
  db.run(`DELETE FROM output.local_task_output_streams WHERE execution_id IN (${delivered})`, oldest)
  db.run(`DELETE FROM main.local_task_executions WHERE id IN (${delivered})`, oldest)
}

/** Apart, each takes one look at the index; together they would read the whole table. */
function ends(column: string, table: string): string {
  return `SELECT (SELECT MIN(${column}) FROM ${table}) AS first, (SELECT MAX(${column}) FROM ${table}) AS last`
}
