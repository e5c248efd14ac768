import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row, Transaction } from '#lib/db/types.ts'
import { SWEEPER } from '#lib/ledger/core/context.ts'
import type { Request } from '#lib/ledger/core/operation.ts'
import { buryWorkers } from '#lib/ledger/recovery/bury.ts'
import { interrupt } from '#lib/ledger/recovery/interrupt.ts'
import { isOutage } from '#lib/ledger/recovery/tick.ts'
import type { StartAttempt } from '#lib/task/commands.ts'

const readExpiredHolders = statement(
  'readExpiredHolders',
  (d) => `SELECT t.id AS task_id, t.attempt, t.worker_id, w.ended_at FROM ${d.rows('task_id text, worker_id text')}
    JOIN task_history AS t ON t.id = c.task_id AND t.status IN ('running','waiting') AND t.worker_id <> c.worker_id
    JOIN workers AS w ON w.id = t.worker_id
    WHERE w.state NOT IN ('alive','draining') OR w.lease_expires_at <= ${d.now}`,
)

/** A lease that is over is over, swept or not: the holder is declared dead here, and its attempt interrupted, first. */
export function* takeFromExpired(transaction: Transaction, requests: readonly Request<StartAttempt>[]): Plan<void> {
  const late = yield* run(
    readExpiredHolders,
    requests.map(({ command }) => ({ task_id: command.taskId, worker_id: command.workerId })),
  )
  const expired = yield* withoutExcused(transaction, late)
  yield* buryWorkers(
    transaction,
    [...new Set(expired.map((row) => row.worker_id as string))].map((workerId) => ({
      workerId,
      kind: 'suspected' as const,
      actor: SWEEPER,
      reason: 'its lease ran out',
    })),
  )
  const contexts = new Map(requests.map(({ context, command }) => [command.taskId, context]))
  yield* interrupt(
    transaction,
    expired.flatMap((row) => {
      const context = contexts.get(row.task_id as string)
      const command = {
        taskId: row.task_id as string,
        attempt: row.attempt as number,
        workerId: row.worker_id as string,
        cause: 'suspected',
      }
      return context ? [{ context: { ...context, actor: SWEEPER }, command }] : []
    }),
  )
}

const readClock = statement('readClock', () => 'SELECT swept_at FROM ledger_clock')

/** A moment's difference of two transactions is no clock that went back. */
const TOLERANCE_MS = 1000

/**
 * After an outage of ours the next sweep gives every lease one more term: until it has, a lease that ran out meanwhile
 * says nothing of its worker. Judged as strictly as the most frequent sweeper would.
 */
function* withoutExcused({ now }: Transaction, late: readonly Row[]): Plan<readonly Row[]> {
  if (late.every((row) => row.ended_at !== null)) return late
  const [clock] = yield* run(readClock, [{}])
  const gapMs = clock ? now - Number(clock.swept_at) : 0
  const away = isOutage(Math.abs(gapMs) < TOLERANCE_MS ? 0 : gapMs, 0)
  return away ? late.filter((row) => row.ended_at !== null) : late
}
