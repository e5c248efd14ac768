import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { doApart } from '#lib/ledger/core/apart.ts'
import { applyChanges, type Change, sealed } from '#lib/ledger/core/change.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { appendEvents, type NewEvent } from '#lib/ledger/core/events.ts'
import { done, operation, type Request } from '#lib/ledger/core/operation.ts'
import { json, type TaskRow } from '#lib/ledger/core/rows.ts'
import { TASK_COLUMNS } from '#lib/ledger/core/task-columns.ts'
import type { RecoveryRun } from '#lib/task/schema.ts'
import { BATCH } from './orphans.ts'
import { isPaused } from './pause.ts'

export interface CarriedOut {
  /** How many tasks it moved. */
  readonly moved: number
  /** Those that it could not move; they stay due. */
  readonly errors: RecoveryRun['errors']
}

/** Carries out verdicts that are due, whichever instance stored them. */
export const carryOut = operation<null, CarriedOut>('carryOut', () => '', carry)

const lockDueVerdicts = statement(
  'lockDueVerdicts',
  (
    d,
  ) => `SELECT ${d.whole('t', TASK_COLUMNS)}, (SELECT COUNT(*) FROM compensations AS k WHERE k.task_id = t.id) AS compensations
    FROM task_history AS t ${d.by('task_history_next_at')}
    WHERE t.next_at <= ${d.now} AND t.sealed_at IS NULL AND t.status IN ('interrupted','failed')
      AND (t.next_action <> 'compensate' OR t.compensating_since IS NULL)
    ORDER BY t.next_at, t.id LIMIT ${BATCH} ${d.lockSkipping}`,
)

export function* carry(transaction: Transaction, requests: readonly Request<null>[]): Plan<Result<CarriedOut>[]> {
  const [request] = requests
  if (!request) return []
  if (yield* isPaused()) return [done({ moved: 0, errors: [] })]
  // The columns are the table's.
  const rows = (yield* run(lockDueVerdicts, [{}])) as unknown as DueRow[]
  const { values, failed } = yield* doApart(rows, (some) => move(transaction, request.context, some))
  const errors = failed.map(({ item, message }) => ({ taskId: item.id, message }))
  return [done({ moved: values.length, errors })]
}

function* move(transaction: Transaction, context: Context, rows: readonly DueRow[]): Plan<readonly Carried[]> {
  const moves = rows.map((row) => moveOf(transaction, context, row))
  yield* applyChanges(transaction, moves)
  yield* appendEvents(
    transaction,
    moves.map(({ event }) => event),
  )
  return moves
}

type DueRow = TaskRow & { compensations: number }
type Carried = Change & { readonly event: NewEvent }

function moveOf(transaction: Transaction, { actor }: Context, row: DueRow): Carried {
  const about = { actor, taskId: row.id, attempt: row.attempt, fromStatus: row.status, reason: row.next_reason }
  switch (row.next_action) {
    case 'reassign':
    case 'resume':
      return assigned(transaction, row, about)
    case 'quarantine':
      return {
        row,
        set: { ...sealed(transaction, 'quarantined'), reason: row.next_reason },
        event: { ...about, type: 'task.quarantined', toStatus: 'quarantined' },
      }
    case 'compensate':
      // From here on its steps are taken one by one; see take-steps.ts.
      return {
        row,
        set: { compensating_since: transaction.now },
        event: { ...about, type: 'task.compensating', fromStatus: null, data: { automatic: true } },
      }
    case 'fail':
      return row.side_effects && Number(row.compensations) === 0
        ? hold(row, about, 'it has side effects and no compensation is registered')
        : failed(transaction, row, about)
    default:
      // No strategy gives another verdict a time; should one, a person looks at it.
      return hold(row, about, `nothing here can carry out "${row.next_action}"`)
  }
}

/** For whoever takes it next; a resume keeps on the row what to go on from, and uses one of its own budget. */
function assigned({ now }: Transaction, row: DueRow, about: Omit<NewEvent, 'type'>): Carried {
  const resumes = row.next_action === 'resume'
  return {
    row,
    set: {
      status: 'assigned',
      worker_id: null,
      assigned_at: now,
      reassigned_from: row.status,
      retries_used: row.status === 'failed' ? row.retries_used + 1 : row.retries_used,
      resumes_used: resumes ? row.resumes_used + 1 : row.resumes_used,
      finished_at: null,
      next_action: null,
      next_at: null,
      next_reason: null,
    },
    event: {
      ...{ ...about, type: 'task.reassigned', toStatus: 'assigned' },
      data: { automatic: true, ...(resumes ? { resumeFrom: json(row.resume_from) } : {}) },
    },
  }
}

/** Failed is no step from failed: there the verdict only seals what the status says already. */
function failed(transaction: Transaction, row: TaskRow, about: Omit<NewEvent, 'type'>): Carried {
  const set = { ...sealed(transaction, 'failed'), reason: row.next_reason }
  return { row, set, event: { ...about, type: 'task.failed', toStatus: 'failed', data: { sealed: true } } }
}

function hold(row: TaskRow, about: Omit<NewEvent, 'type'>, reason: string): Carried {
  const set = { next_action: 'hold', next_at: null, next_reason: reason }
  return { row, set, event: { ...about, type: 'task.noted', reason } }
}
