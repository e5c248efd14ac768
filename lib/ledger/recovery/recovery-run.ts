/** Passes of recovery on record, so that a morning can see what a night did. */
import { run, statement } from '#lib/db/statement.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import type { RecoveryRun } from '#lib/task/schema.ts'

const insertRuns = statement(
  'insertRecoveryRuns',
  (
    d,
  ) => `INSERT INTO recovery_runs (id, "trigger", dry_run, started_at, finished_at, workers_dead, interrupted, quarantined,
      reassigned, suspects, waiting, errors, hints)
    SELECT c.id, c.trigger_name, c.dry_run, c.started_at, c.finished_at, c.workers_dead, c.interrupted, c.quarantined,
      c.reassigned, c.suspects, c.waiting, c.errors, c.hints
    FROM ${d.rows(`id text, trigger_name text, dry_run boolean, started_at bigint, finished_at bigint,
      workers_dead integer, interrupted integer, quarantined integer, reassigned integer, suspects integer, waiting integer,
      errors json, hints json`)}`,
)

const record = operation<RecoveryRun, null>(
  'recordRecoveryRun',
  ({ id }) => id,
  function* (transaction, requests) {
    yield* run(insertRuns, requests.map(toInput))
    yield* appendEvents(
      transaction,
      requests.map(({ context, command: { id, trigger, workersDead, interrupted, quarantined, reassigned } }) => ({
        type: 'recovery.ran',
        actor: context.actor,
        data: { recoveryRunId: id, trigger, workersDead, interrupted, quarantined, reassigned },
      })),
    )
    return requests.map(() => done(null))
  },
)

export async function recordRun(context: Context, recoveryRun: RecoveryRun): Promise<void> {
  await record(context, recoveryRun)
}

function toInput({ command }: Request<RecoveryRun>) {
  return {
    id: command.id,
    trigger_name: command.trigger,
    dry_run: command.dryRun,
    started_at: Date.parse(command.startedAt),
    finished_at: Date.parse(command.finishedAt),
    workers_dead: command.workersDead,
    interrupted: command.interrupted,
    quarantined: command.quarantined,
    reassigned: command.reassigned,
    suspects: command.suspects,
    waiting: command.waiting,
    errors: command.errors,
    hints: command.hints,
  }
}
