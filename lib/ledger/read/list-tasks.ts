import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { shownTo } from '#lib/ledger/core/reader.ts'
import { TASK_JOINS, TASK_SELECT, toTask } from '#lib/ledger/core/rows.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import type { TaskFilter } from '#lib/task/operation-commands.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import { addConditions, Filter } from './task-conditions.ts'

export interface TaskPage {
  readonly tasks: Task[]
  readonly nextCursor: string | null
}

/** Without a window or ids: everything open, and what was sealed in the last day, or since the moment that is asked for. */
export const DEFAULT_WINDOW_MS = 24 * 3_600_000

/** Newest first, by keyset: page 1,000 costs what page 1 costs. */
export async function listTasks(context: Context, query: ListTasks): Promise<TaskPage> {
  const limit = query.limit ?? LIMITS.pageDefault
  const now = await context.db.now()
  const read = (textOf: (filter: Filter) => string) => {
    const filter = filterOf(context, query)
    return context.db.readAside(found(TASK_SELECT, textOf(filter), TASK_JOINS), filter.parameters)
  }
  let rows = isPlain(query) ? await read((filter) => beginningText(filter, now, limit + 1)) : []
  if (rows.length <= limit) rows = await read((filter) => matchingText(filter, query, now, limit + 1))
  const page = pageOf(rows, limit, (row) => encodeCursor('tasks', [Number(row.created_at), row.id as string]))
  return { tasks: page.rows.map((row) => shownTo(context, toTask(row))), nextCursor: page.nextCursor }
}

function filterOf(context: Context, query: ListTasks): Filter {
  const filter = new Filter(context)
  addConditions(filter, query)
  if (query.cursor !== undefined) {
    const [createdAt = 0, id = ''] = decodeCursor('tasks', query.cursor, ['number', 'string'])
    filter.add((at) => `(t.created_at, t.id) < (${at(createdAt)}, ${at(id)})`)
  }
  return filter
}

/** A task as it is found at one moment: what a bulk act is frozen over. */
export interface Found {
  readonly taskId: string
  readonly status: TaskStatus
  readonly attempt: number
  readonly sideEffects: boolean
}

/** How many match, by the same conditions; it stops counting at `max`. */
export async function countMatching(context: Context, query: TaskFilter, max: number): Promise<number> {
  const { db } = context
  const filter = new Filter(context)
  addConditions(filter, query)
  const text = matchingText(filter, query, await db.now(), max)
  const [row] = await db.readAside(`SELECT COUNT(*) AS count FROM (${text}) AS matching`, filter.parameters)
  return Number(row?.count)
}

/** All that match at this moment, by the same conditions as the list and in one read; at most `max`. */
export async function findMatching(
  context: Context,
  query: TaskFilter,
  { max, asOf }: { max: number; asOf?: number | undefined },
): Promise<Found[]> {
  const { db } = context
  const filter = new Filter(context)
  addConditions(filter, query)
  if (asOf !== undefined) filter.add((at) => `t.created_at <= ${at(asOf)}`)
  const text = matchingText(filter, query, await db.now(), max)
  const rows = await db.readAside(found('SELECT t.id, t.status, t.attempt, t.side_effects', text), filter.parameters)
  return rows.map((row) => ({
    taskId: row.id as string,
    status: row.status as TaskStatus,
    attempt: row.attempt as number,
    sideEffects: Boolean(row.side_effects),
  }))
}

const ORDER = 'ORDER BY t.created_at DESC, t.id DESC'
const MATCHING = 'SELECT t.id, t.created_at FROM task_history AS t'

/** What is wanted of the tasks that a narrow text finds: whole rows are read only once it is known which. */
function found(select: string, text: string, joins = ''): string {
  return `${select} FROM (${text}) AS matching JOIN task_history AS t ON t.id = matching.id ${joins} ${ORDER}`
}

/** The default window is two sets with an index each; together in one condition they would have none. */
function matchingText(filter: Filter, query: ListTasks, now: number, limit: number): string {
  if (!isWindowed(query)) return `${MATCHING} ${TASK_JOINS} ${where(filter)} ${ORDER} LIMIT ${limit}`
  const { dialect: d } = filter
  const part = (index: string, condition: string, createdAt = 't.created_at') =>
    `${MATCHING} ${d.by(index)} ${TASK_JOINS} ${where(filter, condition)} ORDER BY ${createdAt} DESC, t.id DESC LIMIT ${limit}`
  const byStatus = query.status !== undefined
  const open = part(byStatus ? 'task_history_open_status' : 'task_history_open', 't.sealed_at IS NULL')
  // What was under way at a moment was not sealed before it.
  const from = query.at === undefined ? now - DEFAULT_WINDOW_MS : Date.parse(query.at)
  const recent = `t.sealed_at >= ${filter.at(from)}`
  const sealedBy = byStatus ? 'task_history_sealed_status' : 'task_history_sealed_at'
  const sealed = part(sealedBy, recent, d.unindexed('t.created_at'))
  return `SELECT * FROM (${open}) AS open_tasks UNION ALL SELECT * FROM (${sealed}) AS sealed_tasks
    ORDER BY created_at DESC, id DESC LIMIT ${limit}`
}

/**
 * The beginning of the default window, where nothing but the window is asked for: what was put on record in its time is
 * all in it, and newer than the rest. Mostly that fills the page, in the order in which it is read.
 */
function beginningText(filter: Filter, now: number, limit: number): string {
  const recent = `t.created_at >= ${filter.at(now - DEFAULT_WINDOW_MS)}`
  return `${MATCHING} ${where(filter, recent)} ${ORDER} LIMIT ${limit}`
}

function isWindowed({ id, since, until, incident }: ListTasks): boolean {
  return id === undefined && since === undefined && until === undefined && incident === undefined
}

function isPlain({ cursor: _, limit: __, ...filters }: ListTasks): boolean {
  return Object.values(filters).every((value) => value === undefined)
}

function where({ conditions }: Filter, more?: string): string {
  const all = more ? [...conditions, more] : conditions
  return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`
}
