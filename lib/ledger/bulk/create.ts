/** Freezes a bulk act: its tasks are read at one moment and written down with it, before anything is done to any. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { findMatching } from '#lib/ledger/read/list-tasks.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { RunOperation } from '#lib/task/operation-commands.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import { type BulkOperation, LIMITS } from '#lib/task/schema.ts'
import type { Item } from './act.ts'
import { digestOf } from './digest.ts'
import { digestOfRow, toOperation } from './rows.ts'

export interface Frozen {
  readonly id: string
  readonly command: RunOperation
  readonly items: readonly Item[]
  readonly retryOf?: string
}

/** An act over this many tasks is written down in pieces of one transaction; a larger text would only be slower. */
const INSERT_MAX = 5000

/** The tasks that an act is about, as they are now. */
export async function freeze(context: Context, command: RunOperation): Promise<Item[]> {
  const { ids, filter, asOf } = command
  if (ids) return findByIds(context, [...new Set(ids)])
  const max = LIMITS.operationTasks + 1
  const found = await findMatching(context, filter ?? {}, { max, asOf: asOf ? Date.parse(asOf) : undefined })
  if (found.length < max) return found
  throw new TaskError(
    'validation',
    `filter: more than ${LIMITS.operationTasks} tasks match; narrow it and act more than once`,
  )
}

async function findByIds({ db }: Context, ids: readonly string[]): Promise<Item[]> {
  const list =
    db.dialect.name === 'sqlite' ? 'SELECT value FROM json_each($1)' : 'SELECT jsonb_array_elements_text($1::jsonb)'
  const rows = await db.read(`SELECT id, status, attempt, side_effects FROM task_history WHERE id IN (${list})`, [
    JSON.stringify(ids),
  ])
  const known = new Map(rows.map((row) => [row.id as string, row]))
  return ids.map((taskId) => ({
    taskId,
    status: (known.get(taskId)?.status ?? null) as string | null,
    attempt: (known.get(taskId)?.attempt ?? null) as number | null,
    sideEffects: Boolean(known.get(taskId)?.side_effects),
  }))
}

const readOperations = statement(
  'readOperations',
  (d) => `SELECT t.* FROM ${d.rows('id text')} JOIN operations AS t ON t.id = c.id`,
)
const insertOperations = statement(
  'insertOperations',
  (
    d,
  ) => `INSERT INTO operations (id, action, scope, reason, actor_kind, actor_name, parameters, retry_of, status, total,
      created_at, starts_at, finished_at)
    SELECT c.id, c.action, c.scope, c.reason, c.actor_kind, c.actor_name, c.parameters, c.retry_of, c.status, c.total,
      c.created_at, c.starts_at, c.finished_at
    FROM ${d.rows(`id text, action text, scope json, reason text, actor_kind text, actor_name text, parameters json,
      retry_of text, status text, total integer, created_at bigint, starts_at bigint, finished_at bigint`)} WHERE true
    ON CONFLICT (id) DO NOTHING RETURNING *`,
)
const insertItems = statement(
  'insertOperationItems',
  (d) => `INSERT INTO operation_items (operation_id, place, task_id, expected_status, expected_attempt)
    SELECT c.operation_id, c.place, c.task_id, c.expected_status, c.expected_attempt
    FROM ${d.rows('operation_id text, place integer, task_id text, expected_status text, expected_attempt integer')}`,
)

export const createOperation = operation<Frozen, BulkOperation>(
  'createOperation',
  ({ id }) => id,
  function* (transaction, requests) {
    const inserted = yield* run(
      insertOperations,
      requests.map((request) => inputOf(transaction, request)),
    )
    const made = new Map(inserted.map((row) => [row.id as string, toOperation(row)]))
    yield* writeItems(requests.filter(({ command: { id } }) => made.has(id)))
    const known = yield* run(
      readOperations,
      requests.filter(({ command: { id } }) => !made.has(id)).map(({ command: { id } }) => ({ id })),
    )
    const earlier = new Map(known.map((row) => [row.id as string, row]))
    return requests.map(({ context, command: { id, command } }) => {
      const inserted = made.get(id)
      if (inserted) return done(inserted)
      const row = earlier.get(id)
      // Asked for again by the same person with the same words, it is the same act.
      if (row?.actor_name === context.actor.name && digestOfRow(row) === digestOf(command))
        return done(toOperation(row))
      return refused('duplicate_task', `another operation has the id ${id}`, { operationId: id })
    })
  },
  ({ command, ...frozen }) => ({ ...frozen, command: { ...command, reason: maskSecrets(command.reason) } }),
)

function inputOf({ now }: Transaction, { context: { actor }, command }: Request<Frozen>) {
  const { action, filter, reason, workerId, holdMs, startAfterMs = 0 } = command.command
  const total = command.items.length
  return {
    id: command.id,
    action,
    scope: { ...(filter && { filter }), sideEffects: countOutward(command.items) },
    reason,
    actor_kind: actor.kind,
    actor_name: actor.name,
    parameters: { workerId, holdMs, digest: digestOf(command.command) },
    retry_of: command.retryOf ?? null,
    status: total === 0 ? 'done' : 'running',
    total,
    created_at: now,
    starts_at: now + startAfterMs,
    finished_at: total === 0 ? now : null,
  }
}

export function countOutward(items: readonly Item[]): number {
  return items.filter(({ sideEffects }) => sideEffects).length
}

function* writeItems(requests: readonly Request<Frozen>[]): Plan<void> {
  const rows = requests.flatMap(({ command: { id, items } }) =>
    items.map(({ taskId, status, attempt }, index) => ({
      operation_id: id,
      place: index + 1,
      task_id: taskId,
      expected_status: status,
      expected_attempt: attempt,
    })),
  )
  for (let from = 0; from < rows.length; from += INSERT_MAX) {
    yield* run(insertItems, rows.slice(from, from + INSERT_MAX))
  }
}
