/**
 * The only writer of the rows of tasks and attempts after their creation. Every change names the status and the attempt
 * that it expects to find, and must be an edge of the state machine; a row that is not as expected stays untouched.
 */
import { run, runAndKeep, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Statement, Transaction } from '#lib/db/types.ts'
import type { Task } from '#lib/task/schema.ts'
import { canTransition, type TaskStatus } from '#lib/task/states.ts'
import { dropCheckpoints } from './checkpoint-rows.ts'
import { TASK_JOINS, TASK_SELECT, type TaskChange, type TaskRow, toTask } from './rows.ts'
import { CHANGED, TASK_COLUMNS } from './task-columns.ts'

export const lockTasks = statement(
  'lockTasks',
  (d) => `SELECT ${d.whole('t', TASK_COLUMNS)} FROM task_history AS t
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

type Column = keyof TaskChange

interface ChangeStatement {
  readonly columns: readonly Column[]
  readonly query: Statement
}

/** One statement for all changes of the same columns, so that others and their indexes are not written again. */
const changeStatements = new Map<string, ChangeStatement>()

function changeStatement({ row, set }: Change): ChangeStatement {
  // The keys of a change are columns of tasks, by its type.
  const columns = (Object.keys(set) as Column[]).filter((name) => set[name] !== undefined && set[name] !== row[name])
  const key = columns.join()
  const made = changeStatements.get(key) ?? { columns, query: changeTasks(columns) }
  changeStatements.set(key, made)
  return made
}

const changeTasks = (columns: readonly Column[]) =>
  statement(
    'changeTasks',
    (d) => `UPDATE task_history AS t
      SET ${columns.map((name) => `${name} = c.${name}`).join(', ')}${columns.length > 0 ? ',' : ''} updated_at = c.updated_at
      FROM ${d.rows(`${columns.map((name) => `${name} ${CHANGED[name]}, `).join('')}
        task_id text, expected_status text, expected_attempt integer, updated_at bigint`)}
      WHERE t.id = c.task_id AND t.status = c.expected_status AND t.attempt = c.expected_attempt AND t.sealed_at IS NULL
      RETURNING id`,
  )

export interface Change {
  readonly row: TaskRow
  readonly set: Partial<TaskChange>
}

/** Applies changes to rows that are locked, as `changeRows`; answers, by id, as they now stand those that it changed. */
export function* applyChanges(transaction: Transaction, changes: readonly Change[]): Plan<Map<string, TaskRow>> {
  const after = new Map<string, TaskRow>()
  for (const changed of yield* changeRows(transaction, changes)) {
    after.set(changed.change.row.id, rowAfter(changed))
  }
  return after
}

interface Changed {
  readonly change: Change
  readonly written: Written
  readonly columns: readonly Column[]
}

/**
 * Applies changes to rows that are locked; answers those whose rows were as expected, with what was written. A change
 * that the state machine does not know is a bug.
 */
export function* changeRows({ now }: Transaction, changes: readonly Change[]): Plan<Changed[]> {
  const groups = new Map<ChangeStatement, Change[]>()
  for (const change of changes) {
    assertEdge(change)
    const made = changeStatement(change)
    const group = groups.get(made)
    if (group) group.push(change)
    else groups.set(made, [change])
  }
  const made: Changed[] = []
  for (const [{ query, columns }, group] of groups) {
    const { rows, kept } = yield* runAndKeep(
      query,
      group.map((change) => inputOf(change, columns, now)),
    )
    const ids = new Set(rows.map((row) => row.id))
    group.forEach((change, index) => {
      const written = kept[index]
      if (written && ids.has(change.row.id)) made.push({ change, written, columns })
    })
  }
  yield* dropCheckpoints(made.flatMap(({ change }) => (forgets(change) ? [change.row.id] : [])))
  return made
}

/** Nobody will go on from its checkpoints any more: it is sealed, or begins anew. */
function forgets({ row, set }: Change): boolean {
  return set.checkpoint_turn === null && row.checkpoint_turn !== null
}

function assertEdge({ row, set }: Change): void {
  if (set.status === undefined || set.status === row.status || canTransition(row.status, set.status)) return
  throw new Error(`no edge from ${row.status} to ${set.status} (task ${row.id})`)
}

type Written = Partial<TaskChange> & Pick<TaskRow, 'updated_at'>

function inputOf({ row, set }: Change, columns: readonly Column[], updated_at: number): Written {
  const input = { task_id: row.id, expected_status: row.status, expected_attempt: row.attempt, updated_at }
  const written: Record<string, unknown> = input
  for (const name of columns) written[name] = set[name]
  return input
}

/** Into a copy, whose members are all there: one with further members would be slow to make and to read. */
function rowAfter({ change: { row }, written, columns }: Changed): TaskRow {
  const after: Record<keyof TaskRow, unknown> = { ...row }
  for (const name of columns) after[name] = JSON_COLUMNS.has(name) ? asText(written[name]) : written[name]
  after.updated_at = written.updated_at
  // Each value is that of its own column.
  return after as TaskRow
}

const JSON_COLUMNS: ReadonlySet<Column> = new Set(['artifacts', 'resume_from'])

/** A row carries its JSON as text. */
function asText(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
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
    excluded_worker_id: null,
    resume_from: null,
    wait_reason: null,
    checkpoint_turn: null,
    held_at: null,
    suspect: false,
  } satisfies Partial<TaskChange>
}
