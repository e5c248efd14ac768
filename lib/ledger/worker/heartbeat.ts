import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Row, Transaction } from '#lib/db/types.ts'
import { recordRefusals } from '#lib/ledger/core/fence.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import { leaseRefusal, readWorkerRows } from '#lib/ledger/core/workers.ts'
import type { Heartbeat } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { endSilence, type LifeSign, markProgress } from './go-on.ts'
import { clearUnlisted, markUnlisted } from './unlisted.ts'

export type HeartbeatVerdict = 'held' | 'lost' | 'cancel' | 'unknown'

export interface HeartbeatAnswer {
  readonly leaseExpiresAt: string
  readonly serverTime: string
  readonly drain: boolean
  readonly held: { taskId: string; attempt: number; verdict: HeartbeatVerdict }[]
}

/**
 * Renews one row, the worker's own, however many tasks it holds, and compares what the worker believes with what the
 * ledger knows. Refused with lease_expired once the lease is over, swept or not.
 */
export const heartbeat = operation<Heartbeat, HeartbeatAnswer>('heartbeat', ({ workerId }) => workerId, beat)

// The expiry never moves backwards: not for a clock that went back, and not after it was extended for an outage of ours.
const renewLeases = statement(
  'renewLeases',
  (d) => `UPDATE workers AS w
    SET lease_expires_at = ${d.greatest('w.lease_expires_at', `${d.now} + w.lease_ms`)}, last_heartbeat_at = ${d.now},
      heartbeat_count = w.heartbeat_count + 1
    FROM ${d.rows('worker_id text')}
    WHERE w.id = c.worker_id AND w.state IN ('alive','draining') AND w.lease_expires_at > ${d.now}
    RETURNING id, state, lease_expires_at`,
)

const readHeld = statement(
  'readHeld',
  (
    d,
  ) => `SELECT t.id, t.attempt, t.worker_id, t.cancel_requested_at, t.progress_timeout_ms FROM ${d.rows('worker_id text')}
    JOIN task_history AS t ${d.by('task_history_worker')} ON t.worker_id = c.worker_id WHERE t.status IN ('running','waiting')`,
)

const readCurrent = statement(
  'readCurrent',
  (d) => `SELECT c.worker_id, c.task_id, c.attempt AS listed, t.attempt, t.sealed_at, a.finish_message_id
    FROM ${d.rows('task_id text, attempt integer, worker_id text')} JOIN task_history AS t ON t.id = c.task_id
    LEFT JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id`,
)

function* beat(transaction: Transaction, requests: readonly Request<Heartbeat>[]): Plan<Result<HeartbeatAnswer>[]> {
  const workerIds = requests.map(({ command }) => ({ worker_id: command.workerId }))
  const renewed = new Map((yield* run(renewLeases, workerIds)).map((row) => [row.id, row]))
  const refusedIds = workerIds.filter(({ worker_id }) => !renewed.has(worker_id)).map(({ worker_id }) => worker_id)
  const refusedWorkers = yield* readWorkerRows(refusedIds)
  const alive = requests.filter(({ command }) => renewed.has(command.workerId))
  const held = yield* run(
    readHeld,
    alive.map(({ command }) => ({ worker_id: command.workerId })),
  )
  yield* markProgress(
    transaction,
    alive.flatMap(({ command: { workerId, progress = [] } }) => progress.map((one) => ({ ...one, workerId }))),
  )
  const answers = new Map(
    alive.map((request) => [
      request,
      compare(
        request.command,
        held.filter((row) => row.worker_id === request.command.workerId),
      ),
    ]),
  )
  const rows = new Map(held.map((row) => [row.id, row]))
  yield* endSilence(
    transaction,
    alive.flatMap((request) => signsOf(request, rows)),
  )
  yield* noteListing(transaction, answers)
  yield* recordLost(transaction, answers)
  return requests.map((request) => {
    const row = renewed.get(request.command.workerId)
    const answer = answers.get(request)
    if (row && answer) {
      const leaseExpiresAt = instant(row.lease_expires_at)
      return done({
        leaseExpiresAt,
        serverTime: instant(transaction.now),
        drain: row.state === 'draining',
        held: answer,
      })
    }
    const worker = refusedWorkers.get(request.command.workerId)
    // Dead or late by the clock of the statement; a worker that could be renewed would have been.
    return leaseRefusal(worker && { ...worker, leased: false }, request.command.workerId) ?? gone(request.command)
  })
}

function gone({ workerId }: Heartbeat): Refusal {
  return refused('lease_expired', `the lease of worker ${workerId} is over`, { workerId })
}

/** What the worker lists, judged by what the ledger has; then what the ledger has and the worker did not list. */
function compare(command: Heartbeat, rows: readonly Row[]): HeartbeatAnswer['held'] {
  const known = new Map(rows.map((row) => [row.id as string, row]))
  const listed = new Set(command.held.map(({ taskId, attempt }) => `${taskId}/${attempt}`))
  const judged = command.held.map(({ taskId, attempt }) => {
    const row = known.get(taskId)
    if (!row || row.attempt !== attempt) return { taskId, attempt, verdict: 'lost' as const }
    return { taskId, attempt, verdict: row.cancel_requested_at === null ? ('held' as const) : ('cancel' as const) }
  })
  const unlisted = rows
    .filter((row) => !listed.has(`${row.id}/${row.attempt}`))
    .map((row) => ({ taskId: row.id as string, attempt: row.attempt as number, verdict: 'unknown' as const }))
  return [...judged, ...unlisted]
}

/** The attempts of the worker's own that got on since its last heartbeat. */
function signsOf({ context, command }: Request<Heartbeat>, held: Map<unknown, Row>): LifeSign[] {
  const { workerId } = command
  return (command.progress ?? []).flatMap(({ taskId, attempt }) => {
    const row = held.get(taskId)
    if (row?.attempt !== attempt || row.worker_id !== workerId) return []
    const limitMs = row.progress_timeout_ms as number | null
    const writer = { taskId, attempt, workerId }
    return [{ row: { id: taskId, progress_timeout_ms: limitMs }, writer, actor: context.actor }]
  })
}

/** Remembers what a worker did not list, and forgets that of what it lists again. */
function* noteListing(transaction: Transaction, answers: Map<Request<Heartbeat>, HeartbeatAnswer['held']>): Plan<void> {
  const heldBy = new Map([...answers].map(([{ command }, held]) => [command.workerId, held]))
  yield* clearUnlisted([...heldBy.keys()], ({ taskId, attempt, workerId }) => {
    const told = heldBy.get(workerId)?.find((one) => one.taskId === taskId && one.attempt === attempt)
    return told !== undefined && told.verdict !== 'unknown'
  })
  const unknown = [...heldBy].flatMap(([workerId, held]) =>
    held.filter(({ verdict }) => verdict === 'unknown').map((one) => ({ ...one, workerId })),
  )
  yield* markUnlisted(transaction, unknown)
}

/**
 * A worker that still believes it holds what another has is a zombie; the task shows that it came back. One that has
 * reported the end of it is none: its heartbeat and its report have crossed.
 */
function* recordLost(transaction: Transaction, answers: Map<Request<Heartbeat>, HeartbeatAnswer['held']>): Plan<void> {
  const lost = [...answers].flatMap(
    ([
      {
        context,
        command: { workerId },
      },
      held,
    ]) =>
      held.flatMap(({ taskId, attempt, verdict }) =>
        verdict === 'lost' ? [{ writer: { taskId, attempt, workerId }, actor: context.actor }] : [],
      ),
  )
  const rows = yield* run(
    readCurrent,
    lost.map(({ writer }) => ({ task_id: writer.taskId, attempt: writer.attempt, worker_id: writer.workerId })),
  )
  const current = new Map(rows.map((row) => [`${row.task_id}/${row.listed}/${row.worker_id}`, row]))
  yield* recordRefusals(
    transaction,
    lost.flatMap(({ writer, actor }) => {
      const row = current.get(`${writer.taskId}/${writer.attempt}/${writer.workerId}`)
      if (!row || row.finish_message_id !== null) return []
      const code = row.sealed_at === null ? 'fence_rejected' : 'sealed_task'
      const error = new TaskError(code, 'the ledger gives it to somebody else')
      return [{ writer, actor, tried: 'sent a heartbeat', error, currentAttempt: row.attempt as number }]
    }),
  )
}
