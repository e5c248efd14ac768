/** Whether a kept report may be adopted, and what it makes of its task. Decides by locked rows, and writes nothing. */
import type { Refusal, Row, Transaction } from '#lib/db/types.ts'
import { sealed } from '#lib/ledger/core/change.ts'
import { sealedResult } from '#lib/ledger/core/fence.ts'
import { type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { aftermath, type TaskSet } from '#lib/ledger/recovery/aftermath.ts'
import type { KnownFacts } from '#lib/ledger/recovery/facts.ts'
import { uncompensated } from '#lib/ledger/recovery/judge-finish.ts'
import { reportOf } from '#lib/ledger/worker/late-reports.ts'
import type { AdoptReport } from '#lib/task/act-commands.ts'
import type { FinishAttempt } from '#lib/task/commands.ts'

export interface Adoption {
  readonly kind: 'adopt'
  readonly request: Request<AdoptReport>
  readonly row: TaskRow
  readonly kept: Row
  readonly report: FinishAttempt
  /** What the end of the adopted attempt makes of the task. */
  readonly set: TaskSet
}

export type Judged =
  | Adoption
  | { readonly kind: 'replayed'; readonly request: Request<AdoptReport> }
  | { readonly kind: 'refused'; readonly request: Request<AdoptReport>; readonly refusal: Refusal }

export function judgeAdoption(
  transaction: Transaction,
  request: Request<AdoptReport>,
  row: TaskRow | undefined,
  found: readonly Row[],
  known: KnownFacts | undefined,
): Judged {
  const { taskId, reportId } = request.command
  const no = (refusal: Refusal): Judged => ({ kind: 'refused', request, refusal })
  if (!row) return no(refused('not_found', `no task has the id ${taskId}`, { taskId }))
  const [kept, other] = found
  if (!kept) return no(refused('not_found', `no report ${reportId} of task ${taskId} was kept`, { taskId, reportId }))
  if (other) {
    const attempts = found.map(({ attempt }) => attempt)
    return no(refused('validation', `attempt: attempts ${attempts.join(' and ')} both have a report ${reportId}`))
  }
  if (kept.status === 'adopted') return { kind: 'replayed', request }
  if (row.sealed_at !== null) return no(sealedResult(row))
  const report = reportOf(kept)
  const why = whyNot(row, kept, report)
  if (why !== null) return no(refused('invalid_transition', why, { status: row.status, reportId }))
  const set = outcomeOf(transaction, request, row, report, known)
  const uncovered = set.status === 'failed' && set.sealed_at != null && (known?.compensations ?? []).length === 0
  if (uncovered && row.side_effects) return no({ ok: false, error: uncompensated(row) })
  return { kind: 'adopt', request, row, kept, report, set }
}

function whyNot(row: TaskRow, kept: Row, { outcome }: FinishAttempt): string | null {
  if (kept.status === 'accepted') return 'the report was accepted when it came'
  if (outcome === 'interrupted') return 'the report says no more than that its attempt was interrupted'
  return row.compensating_since === null ? null : 'the side effects of the task are being undone'
}

/** As if it had been reported by an attempt that is under way, which it is by then. */
function outcomeOf(
  transaction: Transaction,
  { context }: Request<AdoptReport>,
  row: TaskRow,
  { outcome, workerId, error }: FinishAttempt,
  known: KnownFacts | undefined,
): TaskSet {
  if (outcome !== 'failed' && outcome !== 'interrupted') return sealed(transaction, outcome)
  const running: TaskRow = { ...row, status: 'running', attempt: row.attempt + 1, cancel_requested_at: null }
  const end = { workerId, ended: 'failed', cause: 'adopted', error, blamePpm: 0 } as const
  return aftermath(transaction, context.policy, running, end, known).set
}
