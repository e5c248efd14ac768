/** What is known of the ends of workers: judged before, or still to be judged. */
import { run, statement } from '#lib/db/statement.ts'
import type { Dialect, Plan, Row, Transaction } from '#lib/db/types.ts'
import type { End } from '#lib/task/ends.ts'
import type { IncidentCause } from '#lib/task/schema.ts'

/** What the end of a worker came to, once it is judged. */
export interface Judgement {
  readonly incidentId: string
  readonly cause: IncidentCause
  /** Whether it costs the tasks something, in millionths for each; a common cause costs nothing. */
  readonly blamePpm: number
  readonly held: number
  /** Why nothing of the incident is recovered by rule; null when it is. */
  readonly brakeReason: string | null
}

const readJudged = statement(
  'readJudgedEnds',
  (d) => `SELECT k.worker_id, k.incident_id, k.held, k.blame_ppm, i.cause, i.brake_reason
    FROM ${d.rows('worker_id text')} JOIN incident_workers AS k ON k.worker_id = c.worker_id
    JOIN incidents AS i ON i.id = k.incident_id`,
)

export function* readJudgements(workerIds: readonly string[]): Plan<Map<string, Judgement>> {
  const rows = yield* run(
    readJudged,
    workerIds.map((worker_id) => ({ worker_id })),
  )
  return new Map(
    rows.map((row) => {
      const cause = row.cause as IncidentCause
      const judgement: Judgement = {
        incidentId: row.incident_id as string,
        cause,
        blamePpm: cause === 'worker_death' ? Number(row.blame_ppm) : 0,
        held: Number(row.held),
        brakeReason: row.brake_reason as string | null,
      }
      return [row.worker_id as string, judgement]
    }),
  )
}

// What is proven dead was looked for in the same boot. A worker that beat after another boot of its host had registered
// was on another machine of that name.
export const REBOOTED = `(w.rebooted OR COALESCE(w.death_kind, '') <> 'proven' AND EXISTS (SELECT 1 FROM workers AS n
  WHERE n.host = w.host AND n.registered_at >= w.last_heartbeat_at AND n.registered_at > w.registered_at
    AND n.boot_id <> w.boot_id))`

const columns = (
  d: Dialect,
) => `w.id, w.host, w.boot_id, w.state, COALESCE(w.ended_at, ${d.now}) AS ended_at, w.lease_ms,
  w.storm_at, k.wave, k.follows, k.incident_id, i.cause, k.held, ${REBOOTED} AS rebooted,
  (SELECT MIN(l.registered_at) FROM workers AS l WHERE l.host = w.host AND l.state IN ('alive','draining')
    AND l.id <> w.id) AS survivor_since`

const JUDGED = `LEFT JOIN incident_workers AS k ON k.worker_id = w.id LEFT JOIN incidents AS i ON i.id = k.incident_id`

const readAsked = statement(
  'readAskedEnds',
  (d) => `SELECT ${columns(d)} FROM ${d.rows('worker_id text')} JOIN workers AS w ON w.id = c.worker_id ${JUDGED}`,
)

const readNear = statement(
  'readNearEnds',
  (d) => `SELECT ${columns(d)} FROM ${d.rows('since bigint')}
    JOIN workers AS w ON w.state = 'dead' AND w.ended_at > c.since ${JUDGED} ORDER BY w.ended_at DESC LIMIT 10000`,
)

/** After this long a task that dies in another mass event was not sent from the one into the other. */
const AGAIN_MS = 3_600_000

// Through the attempt before the one that it holds, to the end that interrupted that.
const readHoldings = statement(
  'readHoldings',
  (d) => `SELECT c.worker_id, COUNT(*) AS held, MAX(CASE WHEN k.ended_at > c.since THEN k.wave + 1 END) AS wave,
      MAX(CASE WHEN i.cause IN ('mass_event','host_reboot') THEN k.incident_id END) AS follows
    FROM ${d.rows('worker_id text, since bigint, long_since bigint')}
    JOIN task_history AS t ${d.by('task_history_worker')} ON t.worker_id = c.worker_id AND t.status IN ('running','waiting')
    LEFT JOIN task_attempts AS p ON p.task_id = t.id AND p.attempt = t.attempt - 1 AND p.status = 'interrupted'
    LEFT JOIN incident_workers AS k ON k.worker_id = p.worker_id AND k.ended_at > c.long_since
    LEFT JOIN incidents AS i ON i.id = k.incident_id
    GROUP BY c.worker_id`,
)

/** The ends that are asked for, with all that may have the same cause. */
export function* readEnds({ now }: Transaction, workerIds: readonly string[]): Plan<End[]> {
  const asked = yield* run(
    readAsked,
    workerIds.map((worker_id) => ({ worker_id })),
  )
  const sudden = asked.filter((row) => row.state !== 'stopped')
  const since = sudden.map((row) => Math.min(Number(row.ended_at) - Number(row.lease_ms), Number(row.storm_at ?? now)))
  const near = since.length === 0 ? [] : yield* run(readNear, [{ since: Math.min(...since) }])
  const rows = new Map([...near, ...asked].map((row) => [row.id as string, row]))
  const unjudged = [...rows.values()].filter((row) => row.incident_id === null)
  const holdings = yield* run(
    readHoldings,
    unjudged.map((row) => ({
      worker_id: row.id,
      since: Number(row.ended_at) - Number(row.lease_ms),
      long_since: Number(row.ended_at) - AGAIN_MS,
    })),
  )
  const held = new Map(holdings.map((row) => [row.worker_id, row]))
  return [...rows.values()].map((row) => toEnd(row, held.get(row.id)))
}

function toEnd(row: Row, holding: Row | undefined): End {
  const number = (value: unknown) => (value === null || value === undefined ? null : Number(value))
  const { held, wave, follows } = row.incident_id === null ? (holding ?? {}) : row
  return {
    workerId: row.id as string,
    host: row.host as string,
    bootId: row.boot_id as string | null,
    planned: row.state === 'stopped',
    endedAt: Number(row.ended_at),
    leaseMs: Number(row.lease_ms),
    stormAt: number(row.storm_at),
    rebooted: Boolean(row.rebooted),
    held: number(held) ?? 0,
    wave: number(wave) ?? 0,
    follows: (follows ?? null) as string | null,
    survivorSince: number(row.survivor_since),
    incident: row.incident_id === null ? null : { id: row.incident_id as string, cause: row.cause as IncidentCause },
  }
}
