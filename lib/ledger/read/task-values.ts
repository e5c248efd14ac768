/** Values that filters of the list of tasks can have. What is looked at is bounded, however long the past is. */
import type { Dialect } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import type { ListTaskValues } from '#lib/task/filters.ts'
import type { ValuesOf } from '#lib/task/terms.ts'

/** The newest tasks that are looked at, or the newest workers. */
const LOOKED_AT_MAX = 5000
/** Tasks with an error lie far apart, so that each of them costs more. */
const ERRORS_MAX = 1000
const LIMIT_DEFAULT = 20

/** Those that most of the newest tasks have come first; of workers, those that came last. */
export async function listTaskValues({ db }: Context, query: ListTaskValues): Promise<{ values: string[] }> {
  const { of, q = '', limit = LIMIT_DEFAULT } = query
  const { from, order = 'COUNT(*) DESC' } = SOURCES[of](db.dialect)
  const pattern = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`
  const rows = await db.readAside(
    `SELECT v.value FROM (${from}) AS v WHERE v.value IS NOT NULL AND ${db.dialect.matches('v.value', '$1')}
      GROUP BY v.value ORDER BY ${order}, v.value LIMIT ${limit}`,
    [pattern],
  )
  return { values: rows.map((row) => row.value as string) }
}

interface Source {
  readonly from: string
  readonly order?: string
}

const column =
  (name: string) =>
  (dialect: Dialect): Source => ({ from: newest(dialect, `${name} AS value`, 'task_history_created') })

const SOURCES: Record<ValuesOf, (dialect: Dialect) => Source> = {
  repo: column('repo'),
  agent: column('agent'),
  model: column('model'),
  user: column('"user"'),
  error: (dialect) => ({
    from: newest(dialect, 'error_class AS value', 'task_history_errors', 'WHERE error_class IS NOT NULL', ERRORS_MAX),
  }),
  worker: () => ({
    from: `SELECT name AS value, registered_at AS place FROM workers ORDER BY registered_at DESC, id DESC LIMIT ${LOOKED_AT_MAX}`,
    order: 'MAX(v.place) DESC',
  }),
  label: (dialect) => ({
    from: `SELECT j.key || '=' || j.value AS value FROM (${newest(dialect, 'labels', 'task_history_created')}) AS t,
      ${dialect.name === 'sqlite' ? 'json_each(t.labels)' : 'jsonb_each_text(t.labels)'} AS j`,
  }),
}

function newest(dialect: Dialect, what: string, index: string, condition = '', max = LOOKED_AT_MAX): string {
  return `SELECT ${what} FROM task_history ${dialect.by(index)} ${condition} ORDER BY created_at DESC, id DESC LIMIT ${max}`
}
