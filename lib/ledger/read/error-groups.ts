/** Failures by the class of their error, over windows of time. */
import type { Context } from '#lib/ledger/core/context.ts'
import { errorShownTo } from '#lib/ledger/core/reader.ts'
import { instant } from '#lib/ledger/core/rows.ts'

/** The newest that are looked at, of those that have an error. */
const LOOKED_AT_MAX = 20_000
const GROUPS_MAX = 200

const HOUR_MS = 3_600_000
const ERROR_WINDOWS = { '1h': HOUR_MS, '3h': 3 * HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS } as const
type ErrorWindow = keyof typeof ERROR_WINDOWS
const WINDOWS = Object.keys(ERROR_WINDOWS) as ErrorWindow[]

export interface ErrorGroup {
  readonly errorClass: string
  /** Of the newest task with it. */
  readonly message: string | null
  /** Tasks by when they were put on record, as the list of tasks counts them. */
  readonly counts: Readonly<Record<ErrorWindow, number>>
  /** Of these in the widest window: not sealed. */
  readonly open: number
  readonly lastAt: string
}

export interface ErrorGroups {
  readonly groups: ErrorGroup[]
  /** The moment from which on nothing was left out, where there were too many to look at. */
  readonly completeSince: string | null
}

export async function listErrorGroups(context: Context): Promise<ErrorGroups> {
  const { db } = context
  const now = await db.now()
  const since = now - ERROR_WINDOWS['7d']
  // The few that have an error, by an index of their own: a window is never read whole.
  const failed = `task_history ${db.dialect.by('task_history_errors')} WHERE created_at >= $1 AND error_class IS NOT NULL`
  const newest = `SELECT id, created_at, error_class, error_message, sealed_at FROM ${failed}
    ORDER BY created_at DESC LIMIT ${LOOKED_AT_MAX}`
  const aged = `SELECT n.*, ROW_NUMBER() OVER (PARTITION BY n.error_class ORDER BY n.created_at DESC, n.id DESC) AS age
    FROM (${newest}) AS n`
  const counted = WINDOWS.map(
    (name) => `SUM(CASE WHEN t.created_at >= ${now - ERROR_WINDOWS[name]} THEN 1 ELSE 0 END) AS in_${name}`,
  )
  const [groups, [edge]] = await Promise.all([
    db.readAside(
      `SELECT t.error_class, ${counted.join(', ')}, SUM(CASE WHEN t.sealed_at IS NULL THEN 1 ELSE 0 END) AS open,
        MAX(t.created_at) AS last_at, MAX(CASE WHEN t.age = 1 THEN t.error_message END) AS message
        FROM (${aged}) AS t GROUP BY t.error_class
        ORDER BY COUNT(*) DESC, t.error_class LIMIT ${GROUPS_MAX}`,
      [since],
    ),
    db.readAside(`SELECT created_at FROM ${failed} ORDER BY created_at DESC LIMIT 1 OFFSET ${LOOKED_AT_MAX}`, [since]),
  ])
  return {
    groups: groups.map((row) => ({
      errorClass: row.error_class as string,
      message: row.message === null ? null : errorShownTo(context, row.message as string),
      // The columns are those of the statement above.
      counts: Object.fromEntries(WINDOWS.map((name) => [name, Number(row[`in_${name}`])])) as Record<
        ErrorWindow,
        number
      >,
      open: Number(row.open),
      lastAt: instant(row.last_at),
    })),
    completeSince: edge ? instant(edge.created_at) : null,
  }
}
