/** The rows of incidents as operations read and write them. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { IncidentCause } from '#lib/task/schema.ts'

/** The columns that change after an incident was opened. */
export type IncidentChange = {
  cause: IncidentCause
  title: string
  worker_id: string | null
  host: string | null
  owner: string | null
  owned_at: number | null
  resolved_at: number | null
  resolved_by: string | null
  resolution: string | null
  merged_into: string | null
  waves: number
  paced: number
  braked_at: number | null
  brake_reason: string | null
  checked_at: number
}

export type IncidentRow = IncidentChange & { id: string; boot_id: string | null; opened_at: number }

const lockIncidents = statement(
  'lockIncidents',
  (d) => `SELECT t.* FROM incidents AS t WHERE t.id IN (SELECT c.id FROM ${d.rows('id text')}) ORDER BY t.id ${d.lock}`,
)

export function* lockIncidentRows(ids: readonly string[]): Plan<Map<string, IncidentRow>> {
  const rows = yield* run(
    lockIncidents,
    [...new Set(ids)].map((id) => ({ id })),
  )
  // The columns are the table's.
  return new Map((rows as unknown as IncidentRow[]).map((row) => [row.id, row]))
}

const CHANGED: Record<keyof IncidentChange, string> = {
  cause: 'text',
  title: 'text',
  worker_id: 'text',
  host: 'text',
  owner: 'text',
  owned_at: 'bigint',
  resolved_at: 'bigint',
  resolved_by: 'text',
  resolution: 'text',
  merged_into: 'text',
  waves: 'integer',
  paced: 'integer',
  braked_at: 'bigint',
  brake_reason: 'text',
  checked_at: 'bigint',
}
const COLUMNS = Object.keys(CHANGED)

const changeRows = statement(
  'changeIncidents',
  (d) => `UPDATE incidents AS t SET ${COLUMNS.map((name) => `${name} = c.${name}`).join(', ')}
    FROM ${d.rows(
      `id text, ${Object.entries(CHANGED)
        .map(([name, type]) => `${name} ${type}`)
        .join(', ')}`,
    )}
    WHERE t.id = c.id AND t.merged_into IS NULL`,
)

/** Changes rows that this transaction has locked. */
export function* changeIncidents(
  changes: readonly { readonly row: IncidentRow; readonly set: Partial<IncidentChange> }[],
): Plan<void> {
  yield* run(
    changeRows,
    changes.map(({ row, set }) => ({ ...row, ...set })),
  )
}
