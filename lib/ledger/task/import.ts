import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { ABOUT_COLUMNS, aboutInput, insertOf } from '#lib/ledger/core/new-task.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { CHANGED } from '#lib/ledger/core/task-columns.ts'
import { type ImportResult, type ImportTask, importedAs } from '#lib/task/imports.ts'
import { maskReport } from '#lib/task/redact.ts'

/**
 * Takes a task over from a history that was kept elsewhere. A task that is there already stays as it is, so a file can be
 * taken over again and again. Nothing starts by it: what is not sealed is held for an operator.
 */
export const importTask = operation<ImportTask, ImportResult>('importTask', ({ id }) => id, insert, maskReport)

/** What became of it, which in a task of our own only transitions write. */
const OUTCOME = [
  ...(['status', 'next_action', 'next_reason', 'held_at', 'started_at', 'interrupted_at', 'finished_at'] as const),
  ...(['sealed_at', 'reason', 'error_class', 'error_message', 'exit_code'] as const),
  ...(['cost_usd', 'tokens_in', 'tokens_out', 'turns', 'artifacts'] as const),
]

const COLUMNS = insertOf({
  ...ABOUT_COLUMNS,
  max_retries: 'integer',
  created_at: 'bigint',
  updated_at: 'bigint',
  ...Object.fromEntries(OUTCOME.map((name) => [name, CHANGED[name]])),
})

const insertImported = statement(
  'insertImported',
  // WHERE keeps SQLite from reading ON as a join's.
  (d) => `INSERT INTO task_history (${COLUMNS.names})
    SELECT ${COLUMNS.values} FROM ${d.rows(COLUMNS.columns)} WHERE true ON CONFLICT DO NOTHING RETURNING id`,
)

const readPresent = statement(
  'readPresent',
  (d) => `SELECT t.id FROM ${d.rows('task_id text')} JOIN task_history AS t ON t.id = c.task_id`,
)

function* insert(transaction: Transaction, requests: readonly Request<ImportTask>[]): Plan<Result<ImportResult>[]> {
  const rows = yield* run(
    insertImported,
    requests.map(({ command }) => inputOf(transaction, command)),
  )
  const inserted = new Set(rows.map((row) => row.id))
  yield* appendEvents(transaction, requests.filter(({ command }) => inserted.has(command.id)).map(eventOf))
  const others = requests.filter(({ command }) => !inserted.has(command.id))
  const present = yield* run(
    readPresent,
    others.map(({ command }) => ({ task_id: command.id })),
  )
  const known = new Set(present.map((row) => row.id))
  return requests.map(({ command: { id, correlationId } }) => {
    if (inserted.has(id)) return done('imported')
    if (known.has(id)) return done('unchanged')
    return refused('duplicate_task', `the correlation id ${correlationId} of ${id} is taken`, { id, correlationId })
  })
}

function inputOf({ now }: Transaction, task: ImportTask) {
  const { status, interruptedAt, finishedAt, isSealed } = importedAs(task)
  return {
    ...aboutInput(task),
    status,
    // A failure of the past has no retry left: it is over.
    max_retries: status === 'failed' ? 0 : 1,
    next_action: isSealed ? null : 'hold',
    next_reason: isSealed ? null : 'taken over from another history: an operator decides',
    // A worker may take whatever waits for one and is not held.
    held_at: status === 'queued' ? now : null,
    created_at: millisecondsOf(task.createdAt),
    started_at: millisecondsOf(task.startedAt),
    interrupted_at: millisecondsOf(interruptedAt),
    finished_at: millisecondsOf(finishedAt),
    sealed_at: isSealed ? millisecondsOf(finishedAt) : null,
    updated_at: now,
    reason: task.reason ?? null,
    error_class: task.error?.class ?? null,
    error_message: task.error?.message ?? null,
    exit_code: task.exitCode ?? null,
    cost_usd: task.costUsd ?? null,
    tokens_in: task.tokensIn ?? null,
    tokens_out: task.tokensOut ?? null,
    turns: task.turns ?? null,
    artifacts: task.artifacts ?? null,
  }
}

function millisecondsOf(instant: string | null | undefined): number | null {
  return instant === null || instant === undefined ? null : Date.parse(instant)
}

function eventOf({ context: { actor }, command }: Request<ImportTask>): NewEvent {
  const { status } = importedAs(command)
  return { type: 'task.imported', actor, taskId: command.id, toStatus: status, data: { status: command.status } }
}
