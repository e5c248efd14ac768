import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { applyChanges, readTaskRecords } from '#lib/ledger/core/change.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { type Accepted, fencedOperation } from '#lib/ledger/core/fenced.ts'
import { done, type Request, refused } from '#lib/ledger/core/operation.ts'
import { readEarlierUsage, totalUsage } from '#lib/ledger/core/usage.ts'
import type { ReportProgress } from '#lib/task/commands.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import type { Task } from '#lib/task/schema.ts'
import { endSilence, endWaiting, followStatus, type Sign } from './go-on.ts'

/** Says that an attempt gets on. Numbers are the attempt's own totals so far; the task's are the sums over its attempts. */
export const reportProgress = fencedOperation<ReportProgress, Task>('reportProgress', 'reported progress', report, {
  prepare: (command) => (command.note === undefined ? command : { ...command, note: maskSecrets(command.note) }),
})

const updateUsage = statement(
  'updateUsage',
  (d) => `UPDATE task_attempts AS a
    SET progress_at = c.at, turns = COALESCE(c.turns, a.turns), tokens_in = COALESCE(c.tokens_in, a.tokens_in),
      tokens_out = COALESCE(c.tokens_out, a.tokens_out), cost_usd = COALESCE(c.cost_usd, a.cost_usd)
    FROM ${d.rows(`task_id text, attempt integer, worker_id text, turns integer, tokens_in bigint, tokens_out bigint,
      cost_usd double, at bigint`)}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

function* report(
  transaction: Transaction,
  accepted: readonly Accepted<ReportProgress>[],
): Plan<Map<Request<ReportProgress>, Result<Task>>> {
  const earlier = yield* readEarlierUsage(accepted.map(({ row }) => row))
  yield* run(
    updateUsage,
    accepted.map(({ request: { command } }) => ({
      task_id: command.taskId,
      attempt: command.attempt,
      worker_id: command.workerId,
      turns: command.turns ?? null,
      tokens_in: command.tokensIn ?? null,
      tokens_out: command.tokensOut ?? null,
      cost_usd: command.costUsd ?? null,
      at: transaction.now,
    })),
  )
  const signs = accepted.map(signOf)
  yield* endSilence(transaction, signs)
  const wentOn = yield* endWaiting(
    transaction,
    signs.filter((_, index) => !accepted[index]?.request.command.waiting),
  )
  yield* applyChanges(
    transaction,
    accepted.map(({ row, request: { command } }) => ({
      row: wentOn.get(row.id) ?? row,
      set: {
        ...totalUsage(row, earlier.get(row.id), command),
        phase: command.phase ?? row.phase,
        ...(command.waiting ? { status: 'waiting', wait_reason: command.waiting.reason } : {}),
      },
    })),
  )
  yield* tellWaiting(transaction, accepted)
  yield* appendEvents(
    transaction,
    accepted
      .filter(
        ({ row, request: { command } }) => command.note !== undefined || (command.phase ?? row.phase) !== row.phase,
      )
      .map(({ request: { context, command } }) => ({
        type: 'task.progress',
        actor: context.actor,
        taskId: command.taskId,
        attempt: command.attempt,
        workerId: command.workerId,
        reason: command.note,
        data: command.phase === undefined ? {} : { phase: command.phase },
      })),
  )
  const tasks = yield* readTaskRecords(accepted.map(({ row }) => row.id))
  return new Map(
    accepted.map(({ request, row }) => {
      const task = tasks.get(row.id)
      return [request, task ? done(task) : refused('not_found', `no task has the id ${row.id}`)]
    }),
  )
}

function signOf({ row, request: { context, command } }: Accepted<ReportProgress>): Sign {
  return { row, writer: command, actor: context.actor }
}

/** Begins to wait, or waits for something else. */
function* tellWaiting(transaction: Transaction, accepted: readonly Accepted<ReportProgress>[]): Plan<void> {
  const waits = accepted.filter(
    ({ row, request: { command } }) => command.waiting && command.waiting.reason !== row.wait_reason,
  )
  yield* followStatus(waits.map(signOf), 'waiting')
  yield* appendEvents(
    transaction,
    waits.map(({ row, request: { context, command } }) => ({
      type: 'task.waiting',
      actor: context.actor,
      taskId: command.taskId,
      attempt: command.attempt,
      workerId: command.workerId,
      ...(row.status === 'waiting' ? {} : { fromStatus: row.status, toStatus: 'waiting' }),
      reason: command.waiting?.reason,
    })),
  )
}
