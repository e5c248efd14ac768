import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { applyChanges } from '#lib/ledger/core/change.ts'
import { insertNew, pruneCheckpoints, readCheckpointRows } from '#lib/ledger/core/checkpoint-rows.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { type Accepted, fencedOperation } from '#lib/ledger/core/fenced.ts'
import { done, type Request, refused } from '#lib/ledger/core/operation.ts'
import { maskOf } from '#lib/ledger/core/reader.ts'
import { toCheckpoint } from '#lib/ledger/core/record-rows.ts'
import { json } from '#lib/ledger/core/rows.ts'
import { assertTask } from '#lib/ledger/read/read.ts'
import type { GetCheckpoint, SaveCheckpoint } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { type AgentState, type Checkpoint, LIMITS } from '#lib/task/schema.ts'
import { goOn, markProgress } from './go-on.ts'

/**
 * Saves an agent's state at a turn, so that a later attempt may go on from there. A turn that was saved already is
 * answered again and changes nothing.
 */
export const saveCheckpoint = fencedOperation<SaveCheckpoint, Checkpoint>('saveCheckpoint', 'saved a checkpoint', save)

function* save(
  transaction: Transaction,
  accepted: readonly Accepted<SaveCheckpoint>[],
): Plan<Map<Request<SaveCheckpoint>, Result<Checkpoint>>> {
  const commands = accepted.map(({ request }) => request.command)
  const inserted = yield* insertNew(transaction, commands)
  const saved = yield* readCheckpointRows(commands)
  const fresh = accepted.filter(({ row }) => inserted.has(row.id))
  yield* pruneCheckpoints(fresh.map(({ request }) => request.command))
  yield* markProgress(
    transaction,
    fresh.map(({ request }) => request.command),
  )
  const wentOn = yield* goOn(
    transaction,
    fresh.map(({ row, request: { context, command } }) => ({ row, writer: command, actor: context.actor })),
  )
  yield* applyChanges(
    transaction,
    fresh.map(({ row, request: { command } }) => ({
      row: wentOn.get(row.id) ?? row,
      set: { checkpoint_turn: Math.max(command.turn, row.checkpoint_turn ?? 0) },
    })),
  )
  yield* appendEvents(
    transaction,
    fresh.map(({ request: { context, command } }) => ({
      type: 'task.checkpoint',
      actor: context.actor,
      taskId: command.taskId,
      attempt: command.attempt,
      workerId: command.workerId,
      data: { turn: command.turn },
    })),
  )
  const checkpoints = new Map(saved.map((row) => [row.task_id as string, toCheckpoint(row)]))
  return new Map(
    accepted.map(({ request, row }) => {
      const checkpoint = checkpoints.get(row.id)
      return [request, checkpoint ? done(checkpoint) : refused('not_found', `no task has the id ${row.id}`)]
    }),
  )
}

/** Those that a later attempt of the task may still go on from, newest first. */
export async function listCheckpoints(
  { db }: Context,
  { taskId }: { taskId: string },
): Promise<{ checkpoints: Checkpoint[] }> {
  await assertTask({ db }, taskId)
  const rows = await db.read(
    `SELECT task_id, attempt, turn, created_at FROM checkpoints WHERE task_id = $1
      ORDER BY attempt DESC, turn DESC LIMIT ${LIMITS.page}`,
    [taskId],
  )
  return { checkpoints: rows.map(toCheckpoint) }
}

export async function getCheckpoint(
  context: Context,
  { taskId, turn, attempt }: GetCheckpoint,
): Promise<{ checkpoint: Checkpoint & { state: AgentState } }> {
  const [row] = await context.db.read(
    `SELECT * FROM checkpoints WHERE task_id = $1 AND turn = $2 ${attempt === undefined ? '' : 'AND attempt = $3'}
      ORDER BY attempt DESC LIMIT 1`,
    [taskId, turn, ...(attempt === undefined ? [] : [attempt])],
  )
  if (!row) throw new TaskError('not_found', `task ${taskId} has no checkpoint at turn ${turn}`, { taskId, turn })
  const state = json(row.state)
  // Only objects are ever saved, and what masks an object leaves one.
  return { checkpoint: { ...toCheckpoint(row), state: (maskOf(context)?.json(state) ?? state) as AgentState } }
}
