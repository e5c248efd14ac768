/** Final reports that came too late for their attempt: kept whole, readable, and adopted by a person at most once. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { shownTo } from '#lib/ledger/core/reader.ts'
import { instant, json } from '#lib/ledger/core/rows.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { type LateReport, LIMITS, type WholeLateReport } from '#lib/task/schema.ts'

const REPORTS = `SELECT r.*, w.name AS worker_name FROM late_reports AS r LEFT JOIN workers AS w ON w.id = r.worker_id`

/** Newest first; without what they left behind. */
export async function readLateReports(context: Context, taskId: string): Promise<LateReport[]> {
  const text = `${REPORTS} WHERE r.task_id = $1 ORDER BY r.received_at DESC, r.attempt DESC, r.id LIMIT ${LIMITS.page}`
  return (await context.db.read(text, [taskId])).map((row) => shownTo(context, toLateReport(row)))
}

export async function listReports(
  context: Context,
  { taskId }: { taskId: string },
): Promise<{ reports: WholeLateReport[] }> {
  const [task] = await context.db.read('SELECT id FROM task_history WHERE id = $1', [taskId])
  if (!task) throw new TaskError('not_found', `no task has the id ${taskId}`, { taskId })
  // What reports left behind is as large as a body may be, so a page holds fewer of them.
  const text = `${REPORTS} WHERE r.task_id = $1 ORDER BY r.received_at DESC, r.attempt DESC, r.id LIMIT ${LIMITS.reports}`
  return { reports: (await context.db.read(text, [taskId])).map((row) => shownTo(context, toWhole(row))) }
}

function toWhole(row: Row): WholeLateReport {
  return { ...toLateReport(row), artifacts: reportOf(row).artifacts ?? null }
}

function toLateReport(row: Row): LateReport {
  const report = reportOf(row)
  return {
    id: row.id as string,
    taskId: row.task_id as string,
    attempt: row.attempt as number,
    workerId: row.worker_id as string,
    workerName: (row.worker_name ?? row.worker_id) as string,
    outcome: row.outcome as LateReport['outcome'],
    status: row.status as LateReport['status'],
    reason: report.reason ?? null,
    exitCode: report.exitCode ?? null,
    errorClass: report.error?.class ?? null,
    errorMessage: report.error?.message ?? null,
    costUsd: report.costUsd ?? null,
    tokensIn: report.tokensIn ?? null,
    tokensOut: report.tokensOut ?? null,
    turns: report.turns ?? null,
    receivedAt: instant(row.received_at),
  }
}

/** The command as it was checked when it came. */
export function reportOf(row: Row): FinishAttempt {
  return json(row.report) as FinishAttempt
}

const findReports = statement(
  'findReports',
  (d) => `SELECT r.* FROM ${d.rows('task_id text, id text, attempt integer')}
    JOIN late_reports AS r ON r.task_id = c.task_id AND r.id = c.id AND (c.attempt IS NULL OR r.attempt = c.attempt)
    ORDER BY r.task_id, r.attempt`,
)

export function* readReportRows(
  asked: readonly { readonly taskId: string; readonly reportId: string; readonly attempt?: number | undefined }[],
): Plan<Row[]> {
  return yield* run(
    findReports,
    asked.map(({ taskId, reportId, attempt }) => ({ task_id: taskId, id: reportId, attempt: attempt ?? null })),
  )
}

const adoptRows = statement(
  'adoptReports',
  (d) => `UPDATE late_reports AS r SET status = 'adopted' FROM ${d.rows('task_id text, attempt integer, id text')}
    WHERE r.task_id = c.task_id AND r.attempt = c.attempt AND r.id = c.id AND r.status = 'kept'`,
)

export function* markAdopted(rows: readonly Row[]): Plan<void> {
  yield* run(
    adoptRows,
    rows.map(({ task_id, attempt, id }) => ({ task_id, attempt, id })),
  )
}
