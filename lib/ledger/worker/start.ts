import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Row, Transaction } from '#lib/db/types.ts'
import { beginAttempts, begunRecord } from '#lib/ledger/core/attempts.ts'
import { lockTaskRows, readTaskRecords } from '#lib/ledger/core/change.ts'
import { recordRefusals, sealedResult } from '#lib/ledger/core/fence.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { readGiven } from '#lib/ledger/core/resume.ts'
import { instant, type TaskRow } from '#lib/ledger/core/rows.ts'
import { drainRefusal, leaseRefusal, readWorkerRows, type WorkerRow } from '#lib/ledger/core/workers.ts'
import type { StartAttempt } from '#lib/task/commands.ts'
import type { Resume, Task } from '#lib/task/schema.ts'
import { canTransition, isHeld } from '#lib/task/states.ts'
import { judgeReattach } from './reattach.ts'
import { takeFromExpired } from './take-over.ts'
import { clearUnlisted } from './unlisted.ts'

export interface Started {
  readonly task: Task
  readonly attempt: number
  readonly resume: Resume | null
}

/**
 * Takes one named task, or reattaches to work that still goes on. One of many that ask wins; the others get
 * lease_conflict. The same request id is answered the same again. Slots limit claims only: who names a task knows why.
 */
export const startAttempt = operation<StartAttempt, Started>('startAttempt', ({ taskId }) => taskId, start)

const readRequested = statement(
  'readRequested',
  (d) => `SELECT c.task_id, a.attempt, a.resumed_from FROM ${d.rows('task_id text, worker_id text, request_id text')}
    JOIN task_attempts AS a ON a.worker_id = c.worker_id AND a.request_id = c.request_id AND a.task_id = c.task_id`,
)

const restoreLeases = statement(
  'restoreLeases',
  (d) => `UPDATE workers AS w SET lease_expires_at = ${d.greatest('w.lease_expires_at', `${d.now} + w.lease_ms`)},
      last_heartbeat_at = ${d.now}, heartbeat_count = w.heartbeat_count + 1
    FROM ${d.rows('worker_id text')} WHERE w.id = c.worker_id AND w.state IN ('alive','draining')`,
)

type Judged =
  | { readonly kind: 'begin'; readonly row: TaskRow }
  | { readonly kind: 'keep'; readonly attempt: number }
  | { readonly kind: 'restore'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

function* start(transaction: Transaction, requests: readonly Request<StartAttempt>[]): Plan<Result<Started>[]> {
  const workers = yield* readWorkerRows(requests.map(({ command }) => command.workerId))
  yield* takeFromExpired(transaction, requests)
  const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
  const answered = yield* run(
    readRequested,
    // A task that never had an attempt has answered no request.
    requests
      .filter(({ command }) => rows.get(command.taskId)?.attempt)
      .map(({ command }) => ({
        task_id: command.taskId,
        worker_id: command.workerId,
        request_id: command.requestId,
      })),
  )
  const given = yield* readGiven(answered)
  const judged = requests.map((request): { request: Request<StartAttempt>; judgement: Judged } => ({
    request,
    judgement: judge(transaction, request, rows, workers, answered),
  }))
  const begun = yield* beginAttempts(
    transaction,
    judged.flatMap(({ request: { context, command }, judgement }) =>
      judgement.kind === 'begin'
        ? [
            {
              row: judgement.row,
              actor: context.actor,
              ...(command.reattach ? { reason: 'reattached', reattached: true } : {}),
              ...command,
            },
          ]
        : [],
    ),
  )
  const restored = judged.flatMap(({ request, judgement }) =>
    judgement.kind === 'restore' ? [request.command.workerId] : [],
  )
  yield* run(
    restoreLeases,
    restored.map((worker_id) => ({ worker_id })),
  )
  // A worker that comes back begins to list anew.
  yield* clearUnlisted(restored)
  yield* recordZombies(transaction, judged, rows)
  const tasks = yield* readTaskRecords(
    judged.flatMap(({ request: { command }, judgement }) =>
      judgement.kind === 'refused' || begun.has(command.taskId) ? [] : [command.taskId],
    ),
  )
  return judged.map(({ request: { command }, judgement }) => {
    if (judgement.kind === 'refused') return judgement.refusal
    const begin = begun.get(command.taskId)
    if (begin) {
      const task = begunRecord(transaction, begin.row, workers.get(command.workerId))
      return done({ task, attempt: task.attempt, resume: begin.resume })
    }
    const task = tasks.get(command.taskId)
    if (!task || judgement.kind === 'begin') return conflict(task)
    const resume = judgement.kind === 'keep' ? (given.get(command.taskId) ?? null) : null
    return done({ task, attempt: judgement.attempt, resume })
  })
}

function judge(
  { now }: Transaction,
  { command }: Request<StartAttempt>,
  rows: Map<string, TaskRow>,
  workers: Map<string, WorkerRow>,
  answered: readonly Row[],
): Judged {
  const row = rows.get(command.taskId)
  if (!row) return { kind: 'refused', refusal: refused('not_found', `no task has the id ${command.taskId}`) }
  const again = answered.find((one) => one.task_id === command.taskId)
  if (again) return { kind: 'keep', attempt: Number(again.attempt) }
  const worker = workers.get(command.workerId)
  const reattached = command.reattach && judgeReattach(row, command, command.reattach.attempt, worker)
  if (reattached) return reattached
  const drained = command.reattach ? null : drainRefusal(worker)
  const refusal = leaseRefusal(worker, command.workerId) ?? drained ?? startRefusal(row, command, now)
  return refusal ? { kind: 'refused', refusal } : { kind: 'begin', row }
}

function startRefusal(row: TaskRow, command: StartAttempt, now: number): Refusal | null {
  if (row.sealed_at !== null) return sealedResult(row)
  if (isHeld(row.status) || (row.worker_id !== null && row.worker_id !== command.workerId))
    return conflict(undefined, row)
  if (row.held_at !== null || row.compensating_since !== null) {
    const why = row.held_at === null ? 'its side effects are being undone' : (row.next_reason ?? 'it is held')
    return refused('invalid_transition', `the task cannot be started: ${why}`, { status: row.status })
  }
  // Only while recovery is paused does a quarantine wait: what kills its workers is given to none meanwhile.
  if (row.next_action === 'quarantine') {
    const why = `the task is to be quarantined: ${row.next_reason ?? 'it kills its workers'}`
    return refused('invalid_transition', why, { status: row.status })
  }
  if (!canTransition(row.status, 'running')) {
    return refused('invalid_transition', `a task that is ${row.status} cannot be started`, { status: row.status })
  }
  if (row.not_before !== null && row.not_before > now) {
    const notBefore = instant(row.not_before)
    return refused('not_before', `the task is not due before ${notBefore}`, { notBefore })
  }
  if (row.status === 'failed' && row.retries_used >= row.max_retries) {
    return refused('retries_exhausted', `${row.retries_used} of ${row.max_retries} retries are used`)
  }
  return null
}

function conflict(task: Task | undefined, row?: TaskRow): Refusal {
  const holder = task?.workerId ?? row?.worker_id ?? null
  const status = task?.status ?? row?.status ?? null
  const facts = {
    holder,
    status,
    attempt: task?.attempt ?? row?.attempt,
    leaseExpiresAt: task?.holder?.leaseExpiresAt ?? null,
  }
  const what = status === 'assigned' ? 'is meant for' : 'is held by'
  return refused('lease_conflict', `the task ${what} worker ${holder ?? 'unknown'}`, facts)
}

function* recordZombies(
  transaction: Transaction,
  judged: readonly { request: Request<StartAttempt>; judgement: Judged }[],
  rows: Map<string, TaskRow>,
): Plan<void> {
  yield* recordRefusals(
    transaction,
    judged.flatMap(({ request: { context, command }, judgement }) => {
      const row = rows.get(command.taskId)
      if (!row || !command.reattach || judgement.kind !== 'refused') return []
      const writer = { taskId: command.taskId, attempt: command.reattach.attempt, workerId: command.workerId }
      const { error } = judgement.refusal
      return [{ writer, actor: context.actor, tried: 'tried to reattach', error, currentAttempt: row.attempt }]
    }),
  )
}
