/** A task at its creation: the columns that are written, and the record that is answered without reading it again. */
import type { Transaction } from '#lib/db/types.ts'
import type { TaskAbout } from '#lib/task/about.ts'
import type { CreateTask } from '#lib/task/commands.ts'
import { DEFAULTS, type Task } from '#lib/task/schema.ts'
import { taskRecord, toHolder } from './rows.ts'
import type { WorkerRow } from './workers.ts'

/** Who asked for what, in whatever way a task comes into the ledger. */
export const ABOUT_COLUMNS = {
  id: 'text',
  correlation_id: 'text',
  title: 'text',
  repo: 'text',
  issue_number: 'integer',
  // A reserved word in PostgreSQL; the table's column is "user".
  user_name: 'text',
  agent: 'text',
  agent_type: 'text',
  model: 'text',
  provider: 'text',
  payload: 'json',
  labels: 'json',
}

const COLUMNS = {
  ...ABOUT_COLUMNS,
  requires: 'json',
  priority: 'integer',
  status: 'text',
  attempt: 'integer',
  worker_id: 'text',
  retries_used: 'integer',
  max_retries: 'integer',
  interruptions: 'integer',
  max_interruptions: 'integer',
  not_before: 'bigint',
  strategy: 'text',
  progress_timeout_ms: 'bigint',
  created_at: 'bigint',
  started_at: 'bigint',
  updated_at: 'bigint',
  side_effects: 'boolean',
}
/** The parts of the INSERT. */
export const NEW_TASK = insertOf(COLUMNS)

/** The names in the table, the values in the input, and the columns of the input. */
export function insertOf(columns: Readonly<Record<string, string>>) {
  const names = Object.keys(columns)
  return {
    names: names.map((name) => (name === 'user_name' ? '"user"' : name)).join(', '),
    values: names.map((name) => `c.${name}`).join(', '),
    columns: names.map((name) => `${name} ${columns[name]}`).join(', '),
  }
}

/** The values of `ABOUT_COLUMNS`. */
export function aboutInput(task: TaskAbout & { readonly id?: string | undefined }) {
  return {
    id: task.id,
    correlation_id: task.correlationId ?? null,
    title: task.title,
    repo: task.repo ?? null,
    issue_number: task.issueNumber ?? null,
    user_name: task.user ?? null,
    agent: task.agent ?? null,
    agent_type: task.agentType ?? null,
    model: task.model ?? null,
    provider: task.provider ?? null,
    payload: task.payload ?? null,
    labels: task.labels ?? {},
  }
}

/** A spread comes last in what is made by the thousand: members after it make the engine a dictionary of them all. */
export function newTaskInput({ now }: Transaction, task: CreateTask) {
  return {
    requires: task.requires ?? [],
    priority: task.priority ?? 0,
    status: task.start ? 'running' : 'queued',
    attempt: task.start ? 1 : 0,
    worker_id: task.start?.workerId ?? null,
    retries_used: 0,
    max_retries: task.maxRetries ?? DEFAULTS.maxRetries,
    interruptions: 0,
    max_interruptions: task.maxInterruptions ?? DEFAULTS.maxInterruptions,
    not_before: task.notBefore === undefined ? null : Date.parse(task.notBefore),
    strategy: task.strategy ?? null,
    progress_timeout_ms: task.progressTimeoutMs ?? null,
    created_at: now,
    started_at: task.start ? now : null,
    updated_at: now,
    side_effects: task.sideEffects ?? false,
    ...aboutInput(task),
  }
}

type NewTask = ReturnType<typeof newTaskInput>

/** The record of a task as it was inserted: what the INSERT leaves to the table's defaults is null. */
export function newTaskRecord(row: NewTask, worker?: WorkerRow): Task {
  const { payload, labels, requires, user_name: user } = row
  const holder = worker ? toHolder(worker) : null
  // Rows carry JSON as text, and this input as values.
  const record = taskRecord({ ...row, payload: null, labels: null, requires: null }, row.started_at, holder)
  return Object.assign(record, { user, payload, labels, requires })
}
