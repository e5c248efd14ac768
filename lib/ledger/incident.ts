/** An incident is everything that one cause interrupted. Here the cause is the end of one worker. */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'

// The first task of a worker's death opens the incident; whoever comes second finds it.
const openIncidents = statement(
  'openIncidents',
  (d) => `INSERT INTO incidents (id, cause, title, worker_id, host, opened_at)
    SELECT c.id, c.cause, 'Worker ' || w.name || ' ' || c.what, w.id, w.host, c.at
    FROM ${d.rows('id text, cause text, what text, worker_id text, at bigint')} JOIN workers AS w ON w.id = c.worker_id
    WHERE true ON CONFLICT (worker_id) DO NOTHING`,
)

const readIncidents = statement(
  'readIncidents',
  (d) => `SELECT i.id, i.worker_id FROM ${d.rows('worker_id text')} JOIN incidents AS i ON i.worker_id = c.worker_id`,
)

const WHAT: Record<string, string> = {
  proven: 'died',
  suspected: 'stopped answering',
  declared: 'was declared dead',
  replaced: 'was replaced',
  shutdown: 'shut down with work in hand',
}

/** The incident of each worker's end, opened where there was none. */
export function* incidentsFor(
  { now }: Transaction,
  ends: readonly { readonly workerId: string; readonly cause: string }[],
): Plan<Map<string, string>> {
  const causes = new Map(ends.map(({ workerId, cause }) => [workerId, cause]))
  yield* run(
    openIncidents,
    [...causes].map(([workerId, cause]) => ({
      id: v7(),
      cause: cause === 'shutdown' ? 'worker_shutdown' : 'worker_death',
      what: WHAT[cause] ?? 'is gone',
      worker_id: workerId,
      at: now,
    })),
  )
  const rows = yield* run(
    readIncidents,
    [...causes.keys()].map((worker_id) => ({ worker_id })),
  )
  return new Map(rows.map((row) => [row.worker_id as string, row.id as string]))
}
