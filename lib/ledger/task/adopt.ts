import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { type Begun, beginAttempts, endAttempts } from '#lib/ledger/core/attempts.ts'
import { applyChanges, lockTaskRows, readTaskRecords } from '#lib/ledger/core/change.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import { readEarlierUsage, totalUsage } from '#lib/ledger/core/usage.ts'
import { readFacts } from '#lib/ledger/recovery/facts.ts'
import { markAdopted, readReportRows } from '#lib/ledger/worker/late-reports.ts'
import type { AdoptReport } from '#lib/task/act-commands.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import type { Task } from '#lib/task/schema.ts'
import { isHeld } from '#lib/task/states.ts'
import { type Adoption, judgeAdoption } from './judge-adoption.ts'

/**
 * Makes the outcome of a kept report the task's own, while the task is not sealed. The attempt under way is ended
 * first, so its worker can write nothing more; then the result becomes an attempt of its own, which begins and ends
 * here: every step is an edge of the state machine. The same report a second time is a success that changes nothing.
 */
export const adoptReport = operation<AdoptReport, Task>(
  'adoptReport',
  ({ taskId }) => taskId,
  adopt,
  (command) => ({ ...command, reason: maskSecrets(command.reason) }),
)

function* adopt(transaction: Transaction, requests: readonly Request<AdoptReport>[]): Plan<Result<Task>[]> {
  const ids = requests.map(({ command }) => command.taskId)
  const rows = yield* lockTaskRows(ids)
  const kept = yield* readReportRows(requests.map(({ command }) => command))
  const facts = yield* readFacts([...rows.values()])
  const judged = requests.map((request) => {
    const { taskId } = request.command
    const found = kept.filter((row) => row.task_id === taskId)
    return judgeAdoption(transaction, request, rows.get(taskId), found, facts.get(taskId))
  })
  const adoptions = judged.filter((one) => one.kind === 'adopt')
  const fenced = yield* fenceHolders(transaction, adoptions)
  const begun = yield* beginAttempts(
    transaction,
    fenced.map(({ request: { context }, row, report }) => ({
      row,
      // The work was that worker's, whoever holds the task now.
      workerId: report.workerId,
      requestId: `adopted:${report.attempt}:${report.messageId}`,
      actor: context.actor,
      reason: `it carries the late report of attempt ${report.attempt}`,
      free: true,
      reattached: true,
    })),
  )
  yield* end(transaction, adoptions, begun)
  yield* markAdopted(adoptions.map((one) => one.kept))
  const tasks = yield* readTaskRecords(ids)
  return judged.map((one) => {
    const task = tasks.get(one.request.command.taskId)
    if (one.kind === 'refused') return one.refusal
    return task ? done(task) : { ok: false, error: new Error('an adopted task is not there') }
  })
}

/** Ends what is under way; its worker hears that it is lost with its next heartbeat. */
function* fenceHolders(transaction: Transaction, adoptions: readonly Adoption[]): Plan<readonly Adoption[]> {
  const held = adoptions.filter(({ row }) => isHeld(row.status))
  const changed = yield* applyChanges(
    transaction,
    held.map(({ row }) => ({
      row,
      set: { status: 'interrupted', worker_id: null, wait_reason: null, interrupted_at: transaction.now },
    })),
  )
  yield* endAttempts(
    transaction,
    held.map(({ row, report }) => ({
      taskId: row.id,
      attempt: row.attempt,
      // Held rows have a worker by a CHECK of the table.
      workerId: row.worker_id as string,
      status: 'interrupted',
      cause: 'adopted',
      reason: whyEnded(report),
      session: { status: 'invalidated', reason: whyEnded(report) },
    })),
  )
  yield* appendEvents(
    transaction,
    held.map(({ request: { context }, row, report }) => ({
      type: 'task.interrupted',
      actor: context.actor,
      taskId: row.id,
      attempt: row.attempt,
      workerId: row.worker_id,
      fromStatus: row.status,
      toStatus: 'interrupted',
      reason: whyEnded(report),
      data: { cause: 'adopted' },
    })),
  )
  return adoptions.map((one) => ({ ...one, row: changed.get(one.row.id) ?? one.row }))
}

function whyEnded({ attempt }: FinishAttempt): string {
  return `the late report of attempt ${attempt} was adopted`
}

function* end(transaction: Transaction, adoptions: readonly Adoption[], begun: ReadonlyMap<string, Begun>): Plan<void> {
  const running = adoptions.flatMap((one) => {
    const started = begun.get(one.row.id)
    return started ? [{ ...one, row: started.row }] : []
  })
  // What the attempt told of itself while it ran is part of what its report says.
  const except = new Map(running.map(({ row, report }) => [row.id, report.attempt]))
  const earlier = yield* readEarlierUsage(
    running.map(({ row }) => row),
    except,
  )
  yield* applyChanges(
    transaction,
    running.map(({ row, report, set }) => ({
      row,
      set: {
        ...totalUsage(row, earlier.get(row.id), report),
        ...(report.artifacts === undefined ? {} : { artifacts: report.artifacts }),
        exit_code: report.exitCode ?? null,
        reason: report.reason ?? null,
        error_class: report.error?.class ?? null,
        error_message: report.error?.message ?? null,
        ...set,
      },
    })),
  )
  yield* endAttempts(
    transaction,
    running.map(({ row, report }) => ({
      ...report,
      attempt: row.attempt,
      status: report.outcome,
      cause: 'adopted',
      errorClass: report.error?.class,
      errorMessage: report.error?.message,
      session: { status: 'closed', reason: whyEnded(report) },
    })),
  )
  yield* appendEvents(
    transaction,
    running.map(({ request: { context, command }, row, report, set }) => ({
      type: 'task.adopted',
      actor: context.actor,
      taskId: row.id,
      attempt: row.attempt,
      workerId: report.workerId,
      fromStatus: row.status,
      toStatus: set.status,
      reason: command.reason,
      data: {
        reportId: report.messageId,
        reportAttempt: report.attempt,
        outcome: report.outcome,
        sealed: set.sealed_at != null,
      },
    })),
  )
}
