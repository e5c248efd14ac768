/** Tasks as files: a line a task for spreadsheets, or the records whole. Written page by page, whatever their number. */
import { type Context, listTasks } from '#lib/ledger/index.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'

export type ExportFormat = 'csv' | 'json' | 'txt'

/** More than this is a question for the database, not for a browser. */
const TASKS_MAX = 100_000

type Column = readonly [name: string, of: (task: Task) => string | number | null | undefined]

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['sealed_at', ({ sealedAt }) => sealedAt],
  ['title', ({ title }) => title],
  ['repo', ({ repo }) => repo],
  ['issue', ({ issueNumber }) => issueNumber],
  ['user', ({ user }) => user],
  ['agent', ({ agent }) => agent],
  ['model', ({ model }) => model],
  ['worker', ({ holder }) => holder?.name],
  ['attempt', ({ attempt }) => attempt],
  ['created_at', ({ createdAt }) => createdAt],
  ['started_at', ({ startedAt }) => startedAt],
  ['interrupted_at', ({ interruptedAt }) => interruptedAt],
  ['finished_at', ({ finishedAt }) => finishedAt],
  ['next_action', ({ nextAction }) => nextAction],
  ['next_at', ({ nextAt }) => nextAt],
  ['next_reason', ({ nextReason }) => nextReason],
  ['reason', ({ reason }) => reason],
  ['error_class', ({ errorClass }) => errorClass],
  ['error_message', ({ errorMessage }) => errorMessage],
  ['cost_usd', ({ costUsd }) => costUsd],
  ['tokens_in', ({ tokensIn }) => tokensIn],
  ['tokens_out', ({ tokensOut }) => tokensOut],
  ['turns', ({ turns }) => turns],
]

interface Wanted {
  readonly query: ListTasks
  /** Further members of the object, such as the incident that the tasks are of. */
  readonly beside?: object
  readonly max?: number
}

/** Every task that matches, in pages. Answers whether that was all. */
async function* pagesOf(context: Context, { query, max = TASKS_MAX }: Wanted): AsyncGenerator<Task[], boolean> {
  let cursor: string | undefined
  for (let told = 0; told < max; told += LIMITS.page) {
    const page = await listTasks(context, { ...query, limit: LIMITS.page, ...(cursor && { cursor }) })
    yield page.tasks
    if (page.nextCursor === null) return true
    cursor = page.nextCursor
  }
  return false
}

/** Where there are more than it holds, its last line says so. */
export async function* tasksAsCsv(context: Context, wanted: Wanted): AsyncGenerator<string> {
  yield lineOf(COLUMNS.map(([name]) => name))
  const pages = pagesOf(context, wanted)
  let page = await pages.next()
  for (; !page.done; page = await pages.next()) {
    yield page.value.map((task) => lineOf(COLUMNS.map(([, of]) => of(task)))).join('')
  }
  if (!page.value) yield lineOf(['(there are more than a file holds: narrow the filter)'])
}

/** `complete` is false where there are more than it holds. */
export async function* tasksAsJson(context: Context, wanted: Wanted): AsyncGenerator<string> {
  const more = wanted.beside ?? {}
  yield `${JSON.stringify(more).slice(0, -1)}${Object.keys(more).length > 0 ? ',' : ''}"tasks":[`
  const pages = pagesOf(context, wanted)
  let first = true
  let page = await pages.next()
  for (; !page.done; page = await pages.next()) {
    if (page.value.length === 0) continue
    yield `${first ? '' : ','}\n${page.value.map((task) => JSON.stringify(task)).join(',\n')}`
    first = false
  }
  yield `],"complete":${page.value}}\n`
}

export function lineOf(values: readonly (string | number | null | undefined)[]): string {
  return `${values.map(cellOf).join(',')}\r\n`
}

/** A spreadsheet takes what begins with these signs for a formula, and would carry it out. */
const FORMULA = /^[=+\-@\t\r]/

function cellOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
}

export function toDownload(content: AsyncGenerator<string>, name: string, format: ExportFormat): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await content.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: () => void content.return(undefined),
  })
  const headers = {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'cache-control': 'no-store',
  }
  return new Response(body, { headers })
}
