/**
 * Reads the `task_history` of a SQLite file that another program kept, whatever its columns are called, one page after the
 * other. The file is opened for reading only.
 */
import { existsSync } from 'node:fs'
import type { ImportTask } from '#lib/task/imports.ts'
import { LIMITS } from '#lib/task/limits.ts'

export interface Skipped {
  readonly id: string
  readonly why: string
}

export interface HistoryPage {
  readonly tasks: readonly ImportTask[]
  /** Rows that are no task: without an id, or with a status that nobody knows. */
  readonly skipped: readonly Skipped[]
}

type Row = Readonly<Record<string, unknown>>

/** What older histories call a field; the first that a table has is taken. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  id: ['id', 'task_id', 'uuid'],
  correlationId: ['correlation_id', 'saga_id'],
  title: ['title', 'name', 'description', 'task'],
  repo: ['repo', 'repository', 'repo_name'],
  issueNumber: ['issue_number', 'issue', 'issue_id'],
  user: ['user', 'username', 'user_name', 'requested_by', 'author'],
  agent: ['agent', 'agent_name', 'worker'],
  agentType: ['agent_type', 'type', 'kind'],
  model: ['model', 'model_name'],
  provider: ['provider', 'model_provider'],
  status: ['status', 'state', 'outcome'],
  createdAt: ['created_at', 'created', 'queued_at', 'enqueued_at'],
  startedAt: ['started_at', 'started', 'start_time', 'began_at'],
  interruptedAt: ['interrupted_at'],
  finishedAt: ['finished_at', 'finished', 'ended_at', 'completed_at', 'end_time'],
  reason: ['reason', 'status_reason', 'message'],
  errorClass: ['error_class', 'error_type'],
  errorMessage: ['error_message', 'error'],
  exitCode: ['exit_code'],
  costUsd: ['cost_usd', 'cost', 'total_cost_usd'],
  tokensIn: ['tokens_in', 'input_tokens', 'tokens_input'],
  tokensOut: ['tokens_out', 'output_tokens', 'tokens_output'],
  turns: ['turns', 'num_turns', 'turn_count'],
  payload: ['payload', 'input'],
  labels: ['labels'],
  artifacts: ['artifacts', 'artifact'],
}

const STATUSES: Readonly<Record<string, ImportTask['status']>> = {
  ...Object.fromEntries(
    (['queued', 'assigned', 'running', 'waiting', 'interrupted', 'failed', 'success', 'cancelled'] as const).map(
      (status) => [status, status],
    ),
  ),
  aborted_no_skill: 'aborted_no_skill',
  compensated: 'compensated',
  quarantined: 'quarantined',
  pending: 'queued',
  created: 'queued',
  received: 'assigned',
  in_progress: 'running',
  planning: 'running',
  working: 'running',
  failure: 'failed',
  error: 'failed',
  succeeded: 'success',
  completed: 'success',
  done: 'success',
  canceled: 'cancelled',
}

/** Throws an Error whose message is one sentence when this is no such file. */
export async function* readHistory(file: string, pageRows: number): AsyncGenerator<HistoryPage> {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  // Native: loaded only by the command that needs it.
  const { default: Database } = await import('libsql')
  const database = new Database(file, { readonly: true })
  try {
    const columns = columnsOf(
      database.prepare('SELECT name FROM pragma_table_info(?)').all('task_history') as Row[],
      file,
    )
    const page = database.prepare(
      'SELECT rowid AS "rollcall_row", * FROM task_history WHERE rowid > ? ORDER BY rowid LIMIT ?',
    )
    let after = -1
    for (;;) {
      // Whatever the columns hold, each row is an object by their names.
      const rows = page.all(after, pageRows) as Row[]
      if (rows.length === 0) return
      after = Number(rows.at(-1)?.rollcall_row)
      const read = rows.map((row) => toTask(row, columns))
      yield {
        tasks: read.flatMap((each) => ('why' in each ? [] : [each])),
        skipped: read.flatMap((each) => ('why' in each ? [each] : [])),
      }
    }
  } finally {
    database.close()
  }
}

/** Field → column. */
function columnsOf(infos: readonly Row[], file: string): ReadonlyMap<string, string> {
  const present = new Map(infos.map(({ name }) => [String(name).toLowerCase(), String(name)]))
  if (present.size === 0) throw new Error(`${file} has no table task_history`)
  const found = Object.entries(NAMES).flatMap(([field, names]) => {
    const name = names.find((each) => present.has(each))
    return name === undefined ? [] : [[field, present.get(name) ?? name] as const]
  })
  const columns = new Map(found)
  for (const field of ['id', 'status']) {
    if (!columns.has(field))
      throw new Error(`task_history of ${file} has no column for the ${field}: ${NAMES[field]?.join(', ')}`)
  }
  return columns
}

function toTask(row: Row, columns: ReadonlyMap<string, string>): ImportTask | Skipped {
  const value = (field: string) => row[columns.get(field) ?? ''] ?? undefined
  const id = String(value('id') ?? '')
  if (id === '') return { id: `row ${row.rollcall_row}`, why: 'it has no id' }
  const status = STATUSES[String(value('status') ?? '').toLowerCase()]
  if (!status) return { id, why: `its status ${JSON.stringify(value('status') ?? null)} is not known` }
  const startedAt = instant(value('startedAt'))
  const finishedAt = instant(value('finishedAt'))
  const createdAt = instant(value('createdAt')) ?? startedAt ?? finishedAt
  if (!createdAt) return { id, why: 'it has no time at all' }
  const repo = line(value('repo'), 200)
  const issueNumber = whole(value('issueNumber'), 1)
  const message = text(value('errorMessage'))
  return {
    id,
    status,
    createdAt,
    title: line(value('title'), LIMITS.titleLength) ?? (repo && issueNumber ? `${repo}#${issueNumber}` : `Task ${id}`),
    ...present({
      correlationId: line(value('correlationId'), 200),
      repo,
      issueNumber,
      user: line(value('user'), 200),
      agent: line(value('agent'), 200),
      agentType: line(value('agentType'), 200),
      model: line(value('model'), 200),
      provider: line(value('provider'), 200),
      startedAt,
      interruptedAt: instant(value('interruptedAt')),
      finishedAt,
      reason: text(value('reason')),
      error: message === undefined ? undefined : { class: line(value('errorClass'), 200) ?? 'Error', message },
      exitCode: whole(value('exitCode'), -1, 255),
      costUsd: amount(value('costUsd')),
      tokensIn: whole(value('tokensIn')),
      tokensOut: whole(value('tokensOut')),
      turns: whole(value('turns')),
      payload: json(value('payload')),
      labels: labelsOf(json(value('labels'))),
      artifacts: json(value('artifacts')),
    }),
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(fields: T): Present<T> {
  // What is left has exactly the entries that are defined.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}

/** ISO 8601, SQLite's own form, or seconds or milliseconds since 1970. Without an offset it was UTC. */
function instant(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined
  const number = typeof value === 'number' ? value : /^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : undefined
  const ms = number === undefined ? Date.parse(withOffset(String(value))) : number < 1e11 ? number * 1000 : number
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function withOffset(moment: string): string {
  const iso = moment.trim().replace(' ', 'T')
  return /([zZ]|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`
}

function line(value: unknown, length: number): string | undefined {
  if (value === undefined) return undefined
  return (
    String(value)
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, length) || undefined
  )
}

function text(value: unknown): string | undefined {
  return value === undefined || value === '' ? undefined : String(value).slice(0, LIMITS.textLength)
}

/** `#1104` and `1104` are the same issue. */
function whole(value: unknown, min = 0, max = LIMITS.integerMax): number | undefined {
  const number = Number(typeof value === 'string' ? value.replace(/^#/, '') || Number.NaN : value)
  return Number.isSafeInteger(number) && number >= min && number <= max ? number : undefined
}

function amount(value: unknown): number | undefined {
  const number = value === undefined || value === '' ? Number.NaN : Number(value)
  return number >= 0 && number <= LIMITS.costUsdMax ? number : undefined
}

function json(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value === '' ? undefined : value
  }
}

function labelsOf(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value).filter(([name]) => /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/.test(name))
  return Object.fromEntries(entries.map(([name, word]) => [name, String(word).slice(0, 200)]))
}
