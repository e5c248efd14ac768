/**
 * Retention: what was sealed before a moment goes, with all that belongs to it, in batches so small that nobody waits
 * for one. Nothing else ever deletes from the ledger but the cap of output and the clean-up of checkpoints.
 */
import { run, statement } from '#lib/db/statement.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'

/** Of tasks, which may have thousands of rows each; and of single rows. */
const TASKS = 100
const ROWS = 500
/** Of the tasks that a bulk act was over: one act may be over tens of thousands. */
const ITEMS = 5000

export interface PruneLedger {
  /** What was sealed, or ended, before this instant goes. */
  readonly before: number
}

const readOld = statement(
  'readOldTasks',
  (d) => `SELECT t.id FROM ${d.rows('before bigint')}
    JOIN task_history AS t ${d.by('task_history_sealed_at')} ON t.sealed_at < c.before
    ORDER BY t.sealed_at LIMIT ${TASKS}`,
)

/** What names a task without a key that would delete it along. */
const BELONGINGS = ['task_events', 'task_output', 'late_reports', 'checkpoints', 'compensations', 'sessions'] as const

const deleteBelongings = BELONGINGS.map((table) =>
  statement(
    `prune_${table}`,
    (d) => `DELETE FROM ${table} WHERE task_id IN (SELECT c.task_id FROM ${d.rows('task_id text')})`,
  ),
)

const deleteTasks = statement(
  'pruneTasks',
  (
    d,
  ) => `DELETE FROM task_history WHERE id IN (SELECT c.task_id FROM ${d.rows('task_id text')}) AND sealed_at IS NOT NULL
    RETURNING id`,
)

/** Records that belong to no task, each by what makes it old and of no more use. */
const OTHERS = {
  recovery_runs: 'o.finished_at < c.before',
  task_events: 'o.task_id IS NULL AND o.at < c.before',
  workers: `o.ended_at < c.before AND o.recovered_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM task_attempts AS a WHERE a.worker_id = o.id)`,
  incidents: `o.opened_at < c.before AND NOT EXISTS (SELECT 1 FROM task_attempts AS a WHERE a.incident_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM task_history AS t WHERE t.incident_id = o.id)`,
  recovery_pauses: 'o.ended_at < c.before',
  operations: `o.finished_at < c.before
    AND NOT EXISTS (SELECT 1 FROM operation_items AS i WHERE i.operation_id = o.id)`,
} as const

const deleteOthers = Object.entries(OTHERS).map(([table, isOld]) =>
  statement(
    `pruneOld_${table}`,
    (d) => `DELETE FROM ${table} WHERE id IN (
      SELECT o.id FROM ${d.rows('before bigint')} JOIN ${table} AS o ON ${isOld} ORDER BY o.id LIMIT ${ROWS})`,
  ),
)

const deleteItems = statement(
  'pruneOld_operation_items',
  (d) => `DELETE FROM operation_items WHERE (operation_id, place) IN (
    SELECT i.operation_id, i.place FROM ${d.rows('before bigint')} JOIN operations AS o ON o.finished_at < c.before
    JOIN operation_items AS i ON i.operation_id = o.id LIMIT ${ITEMS})`,
)

/** Takes one batch away and answers how many tasks went. */
export const pruneLedger = operation<PruneLedger, number>(
  'pruneLedger',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { context, command } = request
    const old = (yield* run(readOld, [{ before: command.before }])).map(({ id }) => ({ task_id: id }))
    for (const query of deleteBelongings) yield* run(query, old)
    const gone = yield* run(deleteTasks, old)
    yield* run(deleteItems, [{ before: command.before }])
    for (const query of deleteOthers) yield* run(query, [{ before: command.before }])
    if (gone.length > 0) {
      const data = { tasks: gone.length, before: new Date(command.before).toISOString() }
      yield* appendEvents(transaction, [{ type: 'ledger.pruned', actor: context.actor, data }])
    }
    return [done(gone.length)]
  },
)
