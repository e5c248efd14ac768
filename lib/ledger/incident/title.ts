import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import type { IncidentCause } from '#lib/task/schema.ts'

const readNames = statement(
  'readWorkerNames',
  (d) =>
    `SELECT w.name, w.state, w.death_kind FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id`,
)

const WHAT: Record<string, string> = {
  proven: 'died',
  suspected: 'stopped answering',
  declared: 'was declared dead',
  replaced: 'was replaced',
}

/** What an incident is called, by how many workers it ended so far and whether they were on one host. */
export function* titleOf(
  cause: IncidentCause,
  workerIds: readonly string[],
  workers: number,
  counted: Row | undefined,
): Plan<string> {
  const where = Number(counted?.hosts) === 1 ? `${counted?.host}` : `${counted?.hosts} hosts`
  if (cause === 'host_reboot') return `Host ${where} was rebooted under ${countOf(workers)}`
  if (cause === 'mass_event') return `${countOf(workers)} on ${where} died together`
  const [row] = yield* run(
    readNames,
    workerIds.slice(0, 1).map((worker_id) => ({ worker_id })),
  )
  const what = row?.state === 'stopped' ? 'shut down with work in hand' : (WHAT[String(row?.death_kind)] ?? 'is gone')
  return `Worker ${row?.name} ${what}`
}

function countOf(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`
}
