/** The only reader and writer of the rows of checkpoints: they live as long as a later attempt may go on from them. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Transaction } from '#lib/db/types.ts'
import { LIMITS } from '#lib/task/schema.ts'

interface CheckpointKey {
  readonly taskId: string
  readonly attempt: number
  readonly turn: number
}

const insertCheckpoints = statement(
  'insertCheckpoints',
  (d) => `INSERT INTO checkpoints (task_id, attempt, turn, state, created_at)
    SELECT c.task_id, c.attempt, c.turn, c.state, c.at
    FROM ${d.rows('task_id text, attempt integer, turn integer, state json, at bigint')}
    WHERE true ON CONFLICT (task_id, attempt, turn) DO NOTHING RETURNING task_id`,
)

/** A turn that is saved already stays as it is. Answers the tasks whose checkpoint is new. */
export function* insertNew(
  { now }: Transaction,
  checkpoints: readonly (CheckpointKey & { readonly state: unknown })[],
): Plan<Set<string>> {
  const rows = yield* run(
    insertCheckpoints,
    checkpoints.map(({ taskId, attempt, turn, state }) => ({ task_id: taskId, attempt, turn, state, at: now })),
  )
  return new Set(rows.map((row) => row.task_id as string))
}

const pruneRows = statement(
  'pruneCheckpoints',
  (d) => `DELETE FROM checkpoints WHERE (task_id, attempt, turn) IN (
    SELECT p.task_id, p.attempt, p.turn FROM ${d.rows('task_id text, attempt integer')}
    JOIN checkpoints AS p ON p.task_id = c.task_id AND p.attempt = c.attempt
    WHERE ${LIMITS.checkpointsKept} <= (SELECT COUNT(*) FROM checkpoints AS n
      WHERE n.task_id = p.task_id AND n.attempt = p.attempt AND n.turn > p.turn))`,
)

/** Keeps the newest of an attempt. */
export function* pruneCheckpoints(attempts: readonly Omit<CheckpointKey, 'turn'>[]): Plan<void> {
  yield* run(
    pruneRows,
    attempts.map(({ taskId, attempt }) => ({ task_id: taskId, attempt })),
  )
}

const dropRows = statement(
  'dropCheckpoints',
  (d) => `DELETE FROM checkpoints WHERE task_id IN (SELECT c.task_id FROM ${d.rows('task_id text')})`,
)

export function* dropCheckpoints(taskIds: readonly string[]): Plan<void> {
  yield* run(
    dropRows,
    taskIds.map((task_id) => ({ task_id })),
  )
}

const readSaved = statement(
  'readSavedCheckpoints',
  (
    d,
  ) => `SELECT p.task_id, p.attempt, p.turn, p.created_at FROM ${d.rows('task_id text, attempt integer, turn integer')}
    JOIN checkpoints AS p ON p.task_id = c.task_id AND p.attempt = c.attempt AND p.turn = c.turn`,
)

export function* readCheckpointRows(keys: readonly CheckpointKey[]): Plan<Row[]> {
  return yield* run(
    readSaved,
    keys.map(({ taskId, attempt, turn }) => ({ task_id: taskId, attempt, turn })),
  )
}
