/**
 * The only writer of the rows of tasks and attempts after their creation. Every change names the status and the attempt
 * that it expects to find, and must be an edge of the state machine; a row that is not as expected stays untouched.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Transaction } from '#lib/db/types.ts'
import type { Task } from '#lib/task/schema.ts'
import { canTransition, type TaskStatus } from '#lib/task/states.ts'
import { TASK_JOINS, TASK_SELECT, type TaskChange, type TaskRow, toTask } from './rows.ts'

export const lockTasks = statement(
  'lockTasks',
  (d) => `SELECT t.* FROM task_history AS t
    WHERE t.id IN (SELECT c.task_id FROM ${d.rows('task_id text')}) ORDER BY t.id ${d.lock}`,
)

/** Reads the rows that the requests are about and keeps others from changing them until the commit. */
export function* lockTaskRows(ids: readonly string[]): Plan<Map<string, TaskRow>> {
  const rows = yield* run(
    lockTasks,
    [...new Set(ids)].map((task_id) => ({ task_id })),
  )
  // The columns are the table's; TaskRow names those that operations decide by.
  return new Map((rows as unknown as TaskRow[]).map((row) => [row.id, row]))
}

/** The columns of TaskChange with their types; the statement below is made from this list. */
const CHANGED: Record<keyof TaskChange, string> = {
  status: 'text',
  phase: 'text',
  sealed_at: 'bigint',
  attempt: 'integer',
  worker_id: 'text',
  retries_used: 'integer',
  interruptions: 'integer',
  not_before: 'bigint',
  cancel_requested_at: 'bigint',
  next_action: 'text',
  next_at: 'bigint',
  next_reason: 'text',
  incident_id: 'text',
  reassigned_from: 'text',
  started_at: 'bigint',
  interrupted_at: 'bigint',
  finished_at: 'bigint',
  reason: 'text',
  error_class: 'text',
  error_message: 'text',
  exit_code: 'integer',
  cost_usd: 'double',
  tokens_in: 'bigint',
  tokens_out: 'bigint',
  turns: 'integer',
  artifacts: 'json',
}
const COLUMNS = Object.entries(CHANGED)

export const changeTasks = statement(
  'changeTasks',
  (d) => `UPDATE task_history AS t
    SET ${COLUMNS.map(([name]) => `${name} = c.${name}`).join(', ')}, updated_at = c.updated_at
    FROM ${d.rows(`task_id text, expected_status text, expected_attempt integer, updated_at bigint,
      ${COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')}`)}
    WHERE t.id = c.task_id AND t.status = c.expected_status AND t.attempt = c.expected_attempt AND t.sealed_at IS NULL
    RETURNING id`,
)

export interface Change {
  readonly row: TaskRow
  readonly set: Partial<TaskChange>
}

/** Applies changes; answers the ids that were as expected. A change that the state machine does not know is a bug. */
export function* applyChanges(transaction: Transaction, changes: readonly Change[]): Plan<Set<string>> {
  const input = changes.map(({ row, set }) => {
    if (set.status !== undefined && set.status !== row.status && !canTransition(row.status, set.status)) {
      throw new Error(`no edge from ${row.status} to ${set.status} (task ${row.id})`)
    }
    const after: Record<string, unknown> = {}
    for (const [name] of COLUMNS) after[name] = row[name as keyof TaskChange]
    if (typeof after.artifacts === 'string') after.artifacts = JSON.parse(after.artifacts)
    Object.assign(after, set)
    return {
      ...after,
      task_id: row.id,
      expected_status: row.status,
      expected_attempt: row.attempt,
      updated_at: transaction.now,
    }
  })
  const rows = yield* run(changeTasks, input)
  return new Set(rows.map((row) => row.id as string))
}

const readTasks = statement(
  'readTasks',
  (d) => `${TASK_SELECT} FROM ${d.rows('task_id text')} JOIN task_history AS t ON t.id = c.task_id ${TASK_JOINS}`,
)

/** The tasks as they stand inside this transaction, for answers. */
export function* readTaskRecords(ids: readonly string[]): Plan<Map<string, Task>> {
  const rows = yield* run(
    readTasks,
    [...new Set(ids)].map((task_id) => ({ task_id })),
  )
  return new Map(rows.map((row: Row) => [row.id as string, toTask(row)]))
}

/** What a sealing change sets, whatever the status. */
export function sealed(transaction: Transaction, status: TaskStatus) {
  return {
    status,
    sealed_at: transaction.now,
    finished_at: transaction.now,
    worker_id: null,
    phase: null,
    next_action: null,
    next_at: null,
    next_reason: null,
    not_before: null,
    reassigned_from: null,
  } satisfies Partial<TaskChange>
}
