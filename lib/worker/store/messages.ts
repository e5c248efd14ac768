/** What waits for its ack. Acked messages lose their text at once and their rows a while later. */
import { TaskError } from '#lib/task/errors.ts'
import { LIMITS, type Stream } from '#lib/task/limits.ts'
import type { Report } from '../report.ts'
import type { Row } from './connection.ts'
import { type Local, numberOf, requireExecution } from './local.ts'
import { prune } from './prune.ts'
import type { Acked, AttemptKey, FinalEntry, Highest, OutboxMessage, OutputEntry } from './types.ts'

const DEFAULT_LIMIT: number = LIMITS.batch
const OUTPUT = `SELECT m.*, e.task_id, e.attempt FROM output.local_task_outbox_messages AS m
  JOIN main.local_task_executions AS e ON e.id = m.execution_id`
const FINALS = `SELECT m.*, e.task_id, e.attempt, e.exit_code FROM main.local_task_outbox_messages AS m
  JOIN main.local_task_executions AS e ON e.id = m.execution_id`

export function ackMessage(local: Local, id: string): Acked {
  if (id === '') throw new TaskError('validation', 'the message id is empty')
  const { db } = local
  const table = TABLES.find((each) => db.get(`SELECT 1 FROM ${each} WHERE id = ?`, id))
  if (!table) return 'unknown'
  return db.write('ackMessage', () => {
    const acked = table === OUTPUT_TABLE ? ackOutput(local, id) : ackFinal(local, id)
    if (acked) prune(local)
    return acked ? 'acked' : 'already'
  })
}

const OUTPUT_TABLE = 'output.local_task_outbox_messages'
const TABLES = [OUTPUT_TABLE, 'main.local_task_outbox_messages']

function ackFinal({ db, now }: Local, id: string): number {
  return db.run('UPDATE main.local_task_outbox_messages SET acked_at = ? WHERE id = ? AND acked_at IS NULL', now(), id)
}

/** Within the caller's transaction. */
export function ackOutput({ db, now }: Local, id: string): number {
  return db.run(
    'UPDATE output.local_task_outbox_messages SET acked_at = ?, data = NULL WHERE id = ? AND acked_at IS NULL',
    now(),
    id,
  )
}

export function unackedMessages({ db }: Local, limit = DEFAULT_LIMIT): OutboxMessage[] {
  const output = db.all(`${OUTPUT} WHERE m.acked_at IS NULL ORDER BY m.place LIMIT ?`, limit)
  const finals = db.all(`${FINALS} WHERE m.acked_at IS NULL ORDER BY m.place LIMIT ?`, limit)
  return [...output.map((row) => ({ row, message: outputOf(row) })), ...finals.map(withFinal)]
    .sort((one, other) => Number(one.row.place) - Number(other.row.place))
    .slice(0, limit)
    .map(({ message }) => message)
}

export function replay(local: Local, key: AttemptKey, stream: Stream, from: number, limit = DEFAULT_LIMIT) {
  const { id } = requireExecution(local, key)
  return local.db
    .all(
      `${OUTPUT} WHERE m.execution_id = ? AND m.stream = ? AND m.sequence >= ? AND m.acked_at IS NULL
        ORDER BY m.sequence LIMIT ?`,
      id,
      stream,
      from,
      limit,
    )
    .map(outputOf)
}

/** Room is left in the body for the fields around the messages. */
const REQUEST_BYTES = LIMITS.bodyBytes - 128 * 1024
const MESSAGE_OVERHEAD_BYTES = 200

/** Waits, and is not among what the ledger is known to have. */
const WAITS = `execution_id = ? AND acked_at IS NULL AND sequence > CASE stream WHEN 'stdout' THEN ? ELSE ? END`

export function countOf({ db }: Local, executionId: number, settled: Highest): number {
  const row = db.get(
    `SELECT COUNT(*) AS waiting FROM output.local_task_outbox_messages WHERE ${WAITS}`,
    executionId,
    settled.stdout,
    settled.stderr,
  )
  return Number(row?.waiting)
}

export function isEmpty({ db }: Local, executionId: number, settled: Highest): boolean {
  const text = `SELECT 1 FROM output.local_task_outbox_messages WHERE ${WAITS} LIMIT 1`
  return db.get(text, executionId, settled.stdout, settled.stderr) === undefined
}

/** The oldest of one execution that fit a request together. */
export function headOf({ db }: Local, executionId: number, settled: Highest): OutputEntry[] {
  const waiting = [executionId, settled.stdout, settled.stderr] as const
  const sizes = db.all(
    `SELECT place, wire_bytes FROM output.local_task_outbox_messages WHERE ${WAITS} ORDER BY place LIMIT ?`,
    ...waiting,
    LIMITS.batch,
  )
  let sum = 0
  const end = sizes.findIndex((row, index) => {
    sum += Number(row.wire_bytes) + MESSAGE_OVERHEAD_BYTES
    return index > 0 && sum > REQUEST_BYTES
  })
  const last = sizes.at(end === -1 ? -1 : end - 1)
  if (!last) return []
  return db
    .all(`${OUTPUT} WHERE ${WAITS} AND m.place <= ? ORDER BY m.place`, ...waiting, Number(last.place))
    .map(outputOf)
}

export function waitingFinals({ db }: Local): FinalEntry[] {
  return db.all(`${FINALS} WHERE m.acked_at IS NULL ORDER BY m.place`).map(finalOf)
}

export function finalEntry({ db }: Local, executionId: number): FinalEntry {
  const row = db.get(`${FINALS} WHERE m.execution_id = ?`, executionId)
  if (!row) throw new Error(`execution ${executionId} has ended without a final message`)
  return finalOf(row)
}

function outputOf(row: Row): OutputEntry {
  const sequence = Number(row.sequence)
  const from = numberOf(row.dropped_from)
  return {
    kind: 'output',
    id: String(row.id),
    taskId: String(row.task_id),
    attempt: Number(row.attempt),
    // A CHECK of the table allows no other.
    stream: row.stream as Stream,
    sequence,
    data: String(row.data),
    ...(from === null ? {} : { dropped: { from, to: sequence - 1, bytes: Number(row.dropped_bytes) } }),
  }
}

function finalOf(row: Row): FinalEntry {
  return {
    kind: 'final',
    id: String(row.id),
    taskId: String(row.task_id),
    attempt: Number(row.attempt),
    // Written by recordFinal only.
    outcome: row.outcome as Report['outcome'],
    exitCode: numberOf(row.exit_code),
    details: String(row.data),
  }
}

function withFinal(row: Row) {
  return { row, message: finalOf(row) }
}
