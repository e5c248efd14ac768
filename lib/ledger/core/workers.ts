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

// Two claims of one worker, through two instances, must not both count its slots as free.
const lockWorkers = statement(
  'lockWorkers',
  (d) => `SELECT t.*, (t.state IN ('alive','draining') AND t.lease_expires_at > ${d.now}) AS leased FROM workers AS t
    WHERE t.id IN (SELECT c.worker_id FROM ${d.rows('worker_id text')}) ORDER BY t.id ${d.lock}`,
)

/** As `readWorkerRows`, and keeps others from giving these workers anything until the commit. */
export function* lockWorkerRows(ids: readonly string[]): Plan<Map<string, WorkerRow>> {
  const rows: Row[] = yield* run(
    lockWorkers,
    [...new Set(ids)].map((worker_id) => ({ worker_id })),
  )
  // As above.
  return new Map((rows as unknown as WorkerRow[]).map((row) => [row.id, row]))
}

// A statement of its own, after the lock: it must see what those before us have given.
const countFreeSlots = statement(
  'countFreeSlots',
  (d) => `SELECT w.id, w.slots - (SELECT COUNT(*) FROM task_history AS t ${d.by('task_history_worker')}
      WHERE t.worker_id = w.id AND t.status IN ('running','waiting')) AS free
    FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id`,
)

/** How many tasks more each of these workers can hold; below 0 where it was given more by name. */
export function* readFreeSlots(ids: readonly string[]): Plan<Map<string, number>> {
  const rows = yield* run(
    countFreeSlots,
    ids.map((worker_id) => ({ worker_id })),
  )
  return new Map(rows.map((row) => [row.id as string, Number(row.free)]))
}

/** A worker that drains ends what it holds and begins nothing. */
export function drainRefusal(worker: WorkerRow | undefined): Refusal | null {
  if (worker?.state !== 'draining') return null
  const facts = { workerId: worker.id, state: worker.state }
  return refused('invalid_transition', `worker ${worker.name} is draining: it can start nothing new`, facts)
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
