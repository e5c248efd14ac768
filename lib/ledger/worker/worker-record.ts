import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import { toWorker } from '#lib/ledger/core/record-rows.ts'
import type { Worker } from '#lib/task/schema.ts'

const WORKER_SELECT = `SELECT w.*, (SELECT COUNT(*) FROM task_history AS t
  WHERE t.worker_id = w.id AND t.status IN ('running','waiting')) AS held`

const readWorkers = statement(
  'readWorkers',
  (d) => `${WORKER_SELECT} FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id`,
)

export function* readWorkerRecords(ids: readonly string[]): Plan<Map<string, Worker>> {
  const rows = yield* run(
    readWorkers,
    [...new Set(ids)].map((worker_id) => ({ worker_id })),
  )
  return new Map(rows.map((row) => [row.id as string, toWorker(row)]))
}
