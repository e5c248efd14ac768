/** How things stand at this moment, for the first page: each figure from the open tasks alone, and capped. */
import type { Context } from '#lib/ledger/core/context.ts'
import { instantOrNull } from '#lib/ledger/core/rows.ts'
import { COUNT_MAX } from './read.ts'

export interface Standing {
  readonly count: number
  readonly capped: boolean
  /** Since when the one that has waited longest does so. */
  readonly oldestAt: string | null
}

const DAY_MS = 24 * 3_600_000

const UNDER_WAY = `task_history AS t JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt
  JOIN workers AS w ON w.id = t.worker_id WHERE t.status = 'running' AND t.worker_id IS NOT NULL`

/** What each figure counts, and the instant by which its oldest is found. `$1` is now, `$2` a day ago. */
const FIGURES = {
  running: `SELECT t.started_at AS at FROM task_history AS t WHERE t.status = 'running'`,
  noProgress: `SELECT a.progress_at AS at FROM ${UNDER_WAY}
    AND t.progress_timeout_ms IS NOT NULL AND a.progress_at + t.progress_timeout_ms < CAST($1 AS BIGINT)`,
  expired: `SELECT w.lease_expires_at AS at FROM ${UNDER_WAY} AND w.lease_expires_at <= CAST($1 AS BIGINT)`,
  interrupted: `SELECT t.interrupted_at AS at FROM task_history AS t WHERE t.status = 'interrupted'`,
  failed: `SELECT t.finished_at AS at FROM task_history AS t WHERE t.status = 'failed' AND t.sealed_at IS NULL`,
  quarantined: `SELECT t.sealed_at AS at FROM task_history AS t WHERE t.status = 'quarantined' AND t.sealed_at >= CAST($2 AS BIGINT)`,
  waiting: `SELECT a.progress_at AS at FROM task_history AS t JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt
    WHERE t.status = 'waiting'`,
  queued: `SELECT t.created_at AS at FROM task_history AS t WHERE t.status IN ('queued','assigned')`,
} as const
export type Figure = keyof typeof FIGURES

const NAMES = Object.keys(FIGURES) as Figure[]
const TEXT = NAMES.map(
  (name) => `SELECT '${name}' AS name, COUNT(*) AS count, MIN(at) AS oldest
    FROM (${FIGURES[name]} LIMIT ${COUNT_MAX + 1}) AS ${name}_tasks`,
).join(' UNION ALL ')

export async function readStandings({ db }: Context): Promise<Record<Figure, Standing>> {
  const now = await db.now()
  const rows = await db.readAside(TEXT, [now, now - DAY_MS])
  const found = new Map(rows.map((row) => [row.name, row]))
  const standing = (name: Figure): Standing => {
    const row = found.get(name)
    const count = Number(row?.count ?? 0)
    const capped = count > COUNT_MAX
    // Where counting stopped, the oldest was perhaps not met.
    return { count: Math.min(count, COUNT_MAX), capped, oldestAt: capped ? null : instantOrNull(row?.oldest) }
  }
  // Every name has its figure: the keys are the names.
  return Object.fromEntries(NAMES.map((name) => [name, standing(name)])) as Record<Figure, Standing>
}
