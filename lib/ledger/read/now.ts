/** How things stand at this moment, for the first page: each figure from the open tasks alone, and capped. */
import type { Dialect } from '#lib/db/types.ts'
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
  running: open(`'running'`, 't.started_at'),
  noProgress: () => `SELECT a.progress_at AS at FROM ${UNDER_WAY}
    AND t.progress_timeout_ms IS NOT NULL AND a.progress_at + t.progress_timeout_ms < CAST($1 AS BIGINT)`,
  expired: () => `SELECT w.lease_expires_at AS at FROM ${UNDER_WAY} AND w.lease_expires_at <= CAST($1 AS BIGINT)`,
  interrupted: open(`'interrupted'`, 't.interrupted_at'),
  failed: open(`'failed'`, 't.finished_at'),
  quarantined: (d: Dialect) => `SELECT t.sealed_at AS at FROM task_history AS t ${d.by('task_history_sealed_status')}
    WHERE t.status = 'quarantined' AND t.sealed_at >= CAST($2 AS BIGINT)`,
  waiting: open(`'waiting'`, 'a.progress_at', 'JOIN task_attempts AS a ON a.task_id = t.id AND a.attempt = t.attempt'),
  queued: open(`'queued','assigned'`, 't.created_at'),
} as const
export type Figure = keyof typeof FIGURES

/** By the open tasks of the status alone: without being told, SQLite goes through the sealed ones as well. */
function open(statuses: string, at: string, join = ''): (d: Dialect) => string {
  return (d) => `SELECT ${at} AS at FROM task_history AS t ${d.by('task_history_open_status')} ${join}
    WHERE t.status IN (${statuses}) AND t.sealed_at IS NULL`
}

const NAMES = Object.keys(FIGURES) as Figure[]

function textFor(dialect: Dialect): string {
  return NAMES.map(
    (name) => `SELECT '${name}' AS name, COUNT(*) AS count, MIN(at) AS oldest
      FROM (${FIGURES[name](dialect)} LIMIT ${COUNT_MAX + 1}) AS ${name}_tasks`,
  ).join(' UNION ALL ')
}

export async function readStandings({ db }: Context): Promise<Record<Figure, Standing>> {
  const now = await db.now()
  const rows = await db.readAside(textFor(db.dialect), [now, now - DAY_MS])
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
