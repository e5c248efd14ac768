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

/** Every task that matches, in pages. */
async function* pagesOf(context: Context, query: ListTasks): AsyncGenerator<Task[]> {
  let cursor: string | undefined
  for (let told = 0; told < TASKS_MAX; told += LIMITS.page) {
    const page = await listTasks(context, { ...query, limit: LIMITS.page, ...(cursor && { cursor }) })
    yield page.tasks
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}

export async function* tasksAsCsv(context: Context, query: ListTasks): AsyncGenerator<string> {
  yield lineOf(COLUMNS.map(([name]) => name))
  for await (const tasks of pagesOf(context, query)) {
    yield tasks.map((task) => lineOf(COLUMNS.map(([, of]) => of(task)))).join('')
  }
}

/** `more` are further members of the object, such as the incident that the tasks are of. */
export async function* tasksAsJson(context: Context, query: ListTasks, more: object = {}): AsyncGenerator<string> {
  yield `${JSON.stringify(more).slice(0, -1)}${Object.keys(more).length > 0 ? ',' : ''}"tasks":[`
  let first = true
  for await (const tasks of pagesOf(context, query)) {
    if (tasks.length === 0) continue
    yield `${first ? '' : ','}\n${tasks.map((task) => JSON.stringify(task)).join(',\n')}`
    first = false
  }
  yield ']}\n'
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
