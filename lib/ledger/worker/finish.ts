import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { type Ending, endAttempts } from '#lib/ledger/core/attempts.ts'
import { applyChanges, lockTaskRows, readTaskRecords } from '#lib/ledger/core/change.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { recordRefusals } from '#lib/ledger/core/fence.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { HOLDER_COLUMNS, joinedHolder, type TaskChange, type TaskRow, taskRecord } from '#lib/ledger/core/rows.ts'
import { readEarlierUsage, totalUsage, type Usage } from '#lib/ledger/core/usage.ts'
import { type KnownFacts, readFacts } from '#lib/ledger/recovery/facts.ts'
import { type AttemptRow, type Judgement, judgeFinish } from '#lib/ledger/recovery/judge-finish.ts'
import { type Snapshot, snapshotOf } from '#lib/ledger/recovery/snapshot.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'
import { maskReport } from '#lib/task/redact.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'
import { canTransition, type TaskStatus } from '#lib/task/states.ts'
import { endWaiting } from './go-on.ts'

/**
 * Reports the outcome of an attempt. The same message id is answered again and changes nothing. A report that comes too
 * late is accepted while nobody has taken the task over; otherwise it is refused, and kept.
 */
export const finishAttempt = operation<FinishAttempt, Task>('finishAttempt', ({ taskId }) => taskId, finish, maskReport)

const readReported = statement(
  'readReported',
  (
    d,
  ) => `SELECT a.task_id, a.attempt, a.worker_id, a.status, a.finish_message_id, r.id AS report_id, r.status AS report_status,
      ${HOLDER_COLUMNS}
    FROM ${d.rows('task_id text, attempt integer, message_id text')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt
    LEFT JOIN workers AS w ON w.id = a.worker_id
    LEFT JOIN late_reports AS r ON r.id = c.message_id AND r.task_id = c.task_id AND r.attempt = c.attempt`,
)

const keepReports = statement(
  'keepReports',
  (d) => `INSERT INTO late_reports (id, task_id, attempt, worker_id, outcome, report, status, received_at)
    SELECT c.id, c.task_id, c.attempt, c.worker_id, c.outcome, c.report, c.status, c.at
    FROM ${d.rows(`id text, task_id text, attempt integer, worker_id text, outcome text, report json, status text,
      at bigint`)}
    WHERE (SELECT COUNT(*) FROM late_reports AS r WHERE r.task_id = c.task_id AND r.attempt = c.attempt) < ${LIMITS.reports}
    ON CONFLICT (task_id, attempt, id) DO NOTHING`,
)

interface Judged {
  readonly request: Request<FinishAttempt>
  readonly row: TaskRow | undefined
  readonly judgement: Judgement
}

function* finish(transaction: Transaction, requests: readonly Request<FinishAttempt>[]): Plan<Result<Task>[]> {
  const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
  const reported = yield* readReportedAttempts(requests)
  const facts = yield* readFacts(
    requests.flatMap(({ command }) => (isLoss(command.outcome) ? (rows.get(command.taskId) ?? []) : [])),
  )
  const judged = requests.map((request): Judged => {
    const { taskId } = request.command
    const row = rows.get(taskId)
    const judgement = judgeFinish(transaction, request, row, reported.get(taskId), facts.get(taskId))
    return { request, row, judgement }
  })
  const finished = yield* writeAccepted(transaction, judged, facts)
  yield* keepLate(transaction, judged)
  const replayed = yield* readTaskRecords(
    judged.flatMap(({ request: { command }, judgement }) => (judgement.kind === 'replayed' ? [command.taskId] : [])),
  )
  return judged.map(
    ({
      request: {
        command: { taskId },
      },
      judgement,
    }) => {
      if (judgement.kind === 'refused') return { ok: false, error: judgement.error }
      const row = finished.get(taskId)
      const attempt = reported.get(taskId)
      const task = row && attempt ? taskRecord(row, attempt.a_progress_at, joinedHolder(attempt)) : replayed.get(taskId)
      return task ? done(task) : refused('not_found', `no task has the id ${taskId}`)
    },
  )
}

function lossOf(
  { now }: Transaction,
  { workerId, attempt, outcome }: FinishAttempt,
  row: TaskRow,
  known?: KnownFacts,
): { snapshot?: Snapshot } {
  if (!isLoss(outcome)) return {}
  const end = { workerId, status: outcome, messages: known?.messages ?? 0, endedAt: now }
  return { snapshot: snapshotOf({ ...row, attempt }, end) }
}

/** What leaves something to decide. */
function isLoss(outcome: FinishAttempt['outcome']): boolean {
  return outcome === 'failed' || outcome === 'interrupted'
}

function* readReportedAttempts(requests: readonly Request<FinishAttempt>[]): Plan<Map<string, AttemptRow>> {
  const rows = yield* run(
    readReported,
    requests.map(({ command }) => ({
      task_id: command.taskId,
      attempt: command.attempt,
      message_id: command.messageId,
    })),
  )
  // The columns are those of the statement above; a round holds one request a task.
  return new Map((rows as unknown as AttemptRow[]).map((row) => [row.task_id, row]))
}

function* writeAccepted(
  transaction: Transaction,
  judged: readonly Judged[],
  facts: ReadonlyMap<string, KnownFacts>,
): Plan<Map<string, TaskRow>> {
  const accepted = judged.flatMap(({ request, row, judgement }) =>
    row && judgement.kind === 'accepted' ? [{ request, row, judgement }] : [],
  )
  const wentOn = yield* endWaiting(
    transaction,
    accepted
      .filter(({ row, judgement: { set } }) => !canTransition(row.status, set.status))
      .map(({ row, request: { context, command } }) => ({ row, writer: command, actor: context.actor })),
  )
  const earlier = yield* readEarlierUsage(accepted.map(({ row }) => row))
  const changed = yield* applyChanges(
    transaction,
    accepted.map(({ request: { command }, row, judgement: { set } }) => ({
      row: wentOn.get(row.id) ?? row,
      set: Object.assign(reportedOf(command, row, earlier.get(row.id), set.status), set),
    })),
  )
  yield* endAttempts(
    transaction,
    accepted.filter(({ judgement }) => !judgement.late).map(({ request: { command } }) => endingOf(command)),
  )
  yield* appendEvents(
    transaction,
    accepted.map(({ request: { context, command }, row, judgement: { set, late } }) => ({
      type: late ? 'task.late_result' : 'task.finished',
      actor: context.actor,
      taskId: row.id,
      attempt: command.attempt,
      workerId: command.workerId,
      fromStatus: wentOn.get(row.id)?.status ?? row.status,
      toStatus: set.status,
      reason: command.reason,
      data: {
        outcome: command.outcome,
        exitCode: command.exitCode ?? null,
        sealed: set.sealed_at !== undefined,
        late,
        ...lossOf(transaction, command, changed.get(row.id) ?? row, facts.get(row.id)),
      },
    })),
  )
  return changed
}

/** What the report tells of the task, whatever it comes to. */
function reportedOf(
  command: FinishAttempt,
  row: TaskRow,
  earlier: Usage | undefined,
  status: TaskStatus,
): Partial<TaskChange> {
  const usage = totalUsage(row, earlier, command)
  return {
    exit_code: command.exitCode ?? null,
    // A task that was to be cancelled has the reason that was given then.
    reason: command.reason ?? (status === 'cancelled' ? row.reason : null),
    error_class: command.error?.class ?? null,
    error_message: command.error?.message ?? null,
    artifacts: command.artifacts,
    cost_usd: usage.cost_usd,
    tokens_in: usage.tokens_in,
    tokens_out: usage.tokens_out,
    turns: usage.turns,
  }
}

function endingOf(command: FinishAttempt): Ending {
  return {
    taskId: command.taskId,
    attempt: command.attempt,
    workerId: command.workerId,
    status: command.outcome,
    cause: command.outcome === 'interrupted' ? 'reported' : null,
    messageId: command.messageId,
    exitCode: command.exitCode,
    reason: command.reason,
    errorClass: command.error?.class,
    errorMessage: command.error?.message,
    costUsd: command.costUsd,
    tokensIn: command.tokensIn,
    tokensOut: command.tokensOut,
    turns: command.turns,
    session: { status: 'closed', reason: `attempt ${command.attempt} ended: ${command.outcome}` },
  }
}

/** Nothing that was paid for is thrown away: late reports are kept whole, whether they were accepted or refused. */
function* keepLate({ now }: Transaction, judged: readonly Judged[]): Plan<void> {
  const refusals = judged.flatMap(({ request, row, judgement }) =>
    row && judgement.kind === 'refused' && judgement.keep ? [{ request, row, judgement }] : [],
  )
  const late = judged.filter(({ judgement }) => judgement.kind === 'accepted' && judgement.late)
  yield* run(
    keepReports,
    [
      ...refusals.map((one) => ({ ...one, status: 'kept' })),
      ...late.map((one) => ({ ...one, status: 'accepted' })),
    ].map(({ request: { command }, status }) => ({
      id: command.messageId,
      task_id: command.taskId,
      attempt: command.attempt,
      worker_id: command.workerId,
      outcome: command.outcome,
      report: command,
      status,
      at: now,
    })),
  )
  yield* recordRefusals(
    { now },
    refusals.map(({ request: { context, command }, row, judgement: { error } }) => ({
      writer: command,
      actor: context.actor,
      tried: 'finished',
      error,
      currentAttempt: row.attempt,
      data: { outcome: command.outcome, reportId: command.messageId, turns: command.turns, costUsd: command.costUsd },
    })),
  )
}
