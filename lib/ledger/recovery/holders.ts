/** What a hint tells of the worker that an attempt lost. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'

export interface HolderFacts {
  readonly name: string
  readonly lastHeartbeatAt: number
}

const readWorkerFacts = statement(
  'readWorkerFacts',
  (d) =>
    `SELECT w.id, w.name, w.last_heartbeat_at FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id`,
)

export function* readHolders(ids: readonly string[]): Plan<Map<string, HolderFacts>> {
  const rows = yield* run(
    readWorkerFacts,
    [...new Set(ids)].map((worker_id) => ({ worker_id })),
  )
  return new Map(
    rows.map((row) => [row.id as string, { name: row.name as string, lastHeartbeatAt: Number(row.last_heartbeat_at) }]),
  )
}
