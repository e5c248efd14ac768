/** What several operations need to know of workers. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Row } from '#lib/db/types.ts'
import { refused } from './operation.ts'
import { instant } from './rows.ts'

export type WorkerRow = {
  id: string
  name: string
  state: 'alive' | 'draining' | 'stopped' | 'dead'
  death_kind: string | null
  lease_ms: number
  lease_expires_at: number
  last_heartbeat_at: number
  heartbeat_count: number
  ended_at: number | null
  leased: boolean | number
}

// Shared lock: the worker cannot be declared dead between this look and the commit that gives it a task.
const lookAtWorkers = statement(
  'lookAtWorkers',
  (d) => `SELECT w.*, (w.state IN ('alive','draining') AND w.lease_expires_at > ${d.now}) AS leased FROM workers AS w
    WHERE w.id IN (SELECT c.worker_id FROM ${d.rows('worker_id text')}) ORDER BY w.id ${d.lockShared}`,
)

export function* readWorkerRows(ids: readonly string[]): Plan<Map<string, WorkerRow>> {
  const rows: Row[] = yield* run(
    lookAtWorkers,
    [...new Set(ids)].map((worker_id) => ({ worker_id })),
  )
  // The columns are the table's, and `leased` is computed above.
  return new Map((rows as unknown as WorkerRow[]).map((row) => [row.id, row]))
}

/** Null when the worker may take work; otherwise why not. */
export function leaseRefusal(worker: WorkerRow | undefined, workerId: string): Refusal | null {
  if (!worker) return refused('not_found', `no worker has the id ${workerId}`, { workerId })
  if (worker.leased) return null
  const facts = { workerId, state: worker.state, leaseExpiresAt: instant(worker.lease_expires_at) }
  if (worker.state === 'dead' || worker.state === 'stopped') {
    return refused('lease_expired', `worker ${worker.name} is ${worker.state}`, facts)
  }
  return refused('lease_expired', `the lease of worker ${worker.name} ended at ${facts.leaseExpiresAt}`, facts)
}
