/** What the filters of a list of tasks mean in SQL, of the tables that TASK_JOINS names. */
import type { Dialect } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { maySee } from '#lib/ledger/core/reader.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import { comparisonOf, type Exclusion, exclusionsOf } from '#lib/task/terms.ts'

/** Collects conditions with their parameters, so that no value is ever part of a text. */
export class Filter {
  readonly parameters: unknown[] = []
  readonly conditions: string[] = []
  readonly dialect: Dialect
  /** What a reader is not shown must not be found either: it could be guessed word by word. */
  readonly findsErrors: boolean

  constructor(context: Context) {
    this.dialect = context.db.dialect
    this.findsErrors = maySee(context, 'errors')
  }

  add(condition: (at: (value: unknown) => string) => string): void {
    this.conditions.push(condition(this.at))
  }

  readonly at = (value: unknown): string => `$${this.parameters.push(value)}`
}

export function addConditions(filter: Filter, query: ListTasks): void {
  const equal: [string, unknown][] = [
    ['t.repo', query.repo],
    ['t.agent', query.agent],
    ['t.model', query.model],
    ['t."user"', query.user],
    ['t.issue_number', query.issue],
    ['t.error_class', query.error],
    ['a.cause', query.cause],
  ]
  for (const [column, value] of equal) if (value !== undefined) filter.add((at) => `${column} = ${at(value)}`)
  if (query.id) filter.add((at) => `t.id IN (${query.id?.map(at).join(', ') || 'NULL'})`)
  if (query.status) filter.add((at) => `t.status IN (${query.status?.map(at).join(', ') || 'NULL'})`)
  if (query.at !== undefined) addMoment(filter, Date.parse(query.at), query.worker)
  else if (query.worker !== undefined) addWorker(filter, query.worker)
  if (query.since !== undefined) filter.add((at) => `t.created_at >= ${at(Date.parse(query.since ?? ''))}`)
  if (query.until !== undefined) filter.add((at) => `t.created_at < ${at(Date.parse(query.until ?? ''))}`)
  if (query.incident !== undefined) filter.add((at) => `t.incident_id = ${at(query.incident)}`)
  if (query.label !== undefined) filter.conditions.push(labelled(filter, query.label))
  addFigure(filter, 't.cost_usd', query.cost)
  addFigure(filter, 't.attempt', query.attempts)
  for (const exclusion of exclusionsOf(query.not ?? '') ?? []) filter.conditions.push(excluded(filter, exclusion))
  if (query.q !== undefined && query.q.trim() !== '') addWords(filter, query.q)
}

/** Whose attempt was under way at that moment; with a worker, one of its attempts. */
function addMoment(filter: Filter, at: number, worker: string | undefined): void {
  const by = worker === undefined ? '' : `AND b.worker_id IN (${workersCalled(filter, worker)})`
  filter.conditions.push(`EXISTS (SELECT 1 FROM task_attempts AS b WHERE b.task_id = t.id AND b.started_at <= ${filter.at(at)}
    AND (b.finished_at IS NULL OR b.finished_at > ${filter.at(at)}) ${by})`)
}

/** The second condition says all; the first finds the few tasks that the worker ever had. */
function addWorker(filter: Filter, worker: string): void {
  const [id, name] = [filter.at(worker), filter.at(worker)]
  const called = workersCalled(filter, worker)
  filter.conditions.push(
    `t.id IN (SELECT b.task_id FROM task_attempts AS b WHERE b.worker_id IN (${called}))`,
    `(w.id = ${id} OR w.name = ${name})`,
  )
}

function workersCalled({ at }: Filter, worker: string): string {
  return `SELECT v.id FROM workers AS v WHERE v.id = ${at(worker)} UNION SELECT v.id FROM workers AS v WHERE v.name = ${at(worker)}`
}

function labelled({ dialect, at }: Filter, label: string): string {
  const [key = '', ...rest] = label.split('=')
  const found = dialect.text('t.labels', at(key))
  return rest.length === 0 ? `${found} IS NOT NULL` : `${found} = ${at(rest.join('='))}`
}

/** An unknown figure is neither more nor less than any other. */
function addFigure(filter: Filter, column: string, wanted: string | undefined): void {
  const comparison = comparisonOf(wanted ?? '')
  if (comparison === null) return
  const { operator, figure } = comparison
  filter.add((at) => `${column} ${operator} CAST(${at(figure)} AS DOUBLE PRECISION)`)
}

const COLUMNS: Record<Exclude<Exclusion['name'], 'status' | 'label' | 'worker'>, string> = {
  repo: 't.repo',
  agent: 't.agent',
  model: 't.model',
  user: 't."user"',
  issue: 't.issue_number',
  error: 't.error_class',
  cause: 'a.cause',
  incident: 't.incident_id',
}

/** What has no value at all is not left out. */
function excluded(filter: Filter, { name, value }: Exclusion): string {
  const { at } = filter
  if (name === 'status') return `t.status NOT IN (${value.split(',').map(at).join(', ')})`
  if (name === 'label') return `COALESCE(${labelled(filter, value)}, FALSE) = FALSE`
  if (name === 'worker') return `(w.id IS NULL OR (w.id <> ${at(value)} AND w.name <> ${at(value)}))`
  const column = COLUMNS[name]
  return `(${column} IS NULL OR ${column} <> ${at(name === 'issue' ? Number(value) : value)})`
}

/** Every word must occur somewhere: in the title, the reason or the error, or as the beginning or end of the id. */
function addWords(filter: Filter, q: string): void {
  for (const word of q.trim().split(/\s+/)) {
    const escaped = word.replaceAll(/[\\%_]/g, '\\$&')
    const inside = filter.at(`%${escaped}%`)
    const columns = ['t.title', 't.reason', 't.error_class', 't.id', ...(filter.findsErrors ? ['t.error_message'] : [])]
    filter.conditions.push(`(${columns.map((column) => filter.dialect.matches(column, inside)).join(' OR ')})`)
  }
}
