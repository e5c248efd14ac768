import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { type Accepted, fencedOperation } from '#lib/ledger/core/fenced.ts'
import { done, type Request } from '#lib/ledger/core/operation.ts'
import type { AppendOutput, OutputMessage } from '#lib/task/commands.ts'
import { STREAMS, type Stream } from '#lib/task/schema.ts'
import { goOn } from './go-on.ts'
import { maskMessages, readTails } from './mask-output.ts'
import { trimOutput } from './trim-output.ts'

export interface OutputAnswer {
  readonly acked: string[]
  readonly highest: Record<Stream, number>
}

/**
 * Appends output in the order of each stream's sequence. What is already here is acked again; what lies behind a gap is
 * not taken, and the highest sequence known tells its sender from where to send again. What a worker that died had
 * kept of an interrupted attempt is taken when it is sent as late.
 */
export const appendOutput = fencedOperation<AppendOutput, OutputAnswer>('appendOutput', 'sent output', append, {
  isLate: ({ late }) => late === true,
})

const readHighest = statement(
  'readHighest',
  (d) => `SELECT c.task_id, c.stream,
      (SELECT MAX(o.sequence) FROM task_output AS o
        WHERE o.task_id = c.task_id AND o.attempt = c.attempt AND o.stream = c.stream) AS highest
    FROM ${d.rows('task_id text, attempt integer, stream text')}`,
)

const insertOutput = statement(
  'insertOutput',
  (d) => `INSERT INTO task_output (task_id, attempt, stream, sequence, message_id, data, dropped, at)
    SELECT c.task_id, c.attempt, c.stream, c.sequence, c.message_id, c.data, c.dropped, c.at
    FROM ${d.rows(`task_id text, attempt integer, stream text, sequence integer, message_id text, data text,
      dropped json, at bigint`)}`,
)

const touchAttempts = statement(
  'touchAttempts',
  (d) => `UPDATE task_attempts AS a SET progress_at = c.at, output_bytes = a.output_bytes + c.bytes
    FROM ${d.rows('task_id text, attempt integer, worker_id text, bytes bigint, at bigint')}
    WHERE a.task_id = c.task_id AND a.attempt = c.attempt AND a.worker_id = c.worker_id AND a.finished_at IS NULL`,
)

function* append(
  transaction: Transaction,
  accepted: readonly Accepted<AppendOutput>[],
): Plan<Map<Request<AppendOutput>, Result<OutputAnswer>>> {
  const rows = yield* run(
    readHighest,
    accepted.flatMap(({ request: { command } }) =>
      STREAMS.map((stream) => ({ task_id: command.taskId, attempt: command.attempt, stream })),
    ),
  )
  const highestOf = (taskId: string, stream: Stream) =>
    Number(rows.find((row) => row.task_id === taskId && row.stream === stream)?.highest ?? 0)
  const tails = yield* readTails(
    accepted.flatMap(({ request: { command } }) =>
      STREAMS.map((stream) => ({ ...command, stream, highest: highestOf(command.taskId, stream) })),
    ),
  )
  const sorted = accepted.map(({ request, row, isLate }) => {
    const { taskId, messages } = request.command
    const highest = { stdout: highestOf(taskId, 'stdout'), stderr: highestOf(taskId, 'stderr') }
    const sorting = sortMessages(messages, highest)
    const tailOf = (stream: Stream) => tails.get(`${taskId}/${stream}`) ?? ''
    return { request, row, isLate, ...sorting, fresh: maskMessages(sorting.fresh, tailOf) }
  })
  yield* run(
    insertOutput,
    sorted.flatMap(({ request: { command }, fresh }) =>
      fresh.map(({ id, stream, sequence, data, dropped }) => ({
        task_id: command.taskId,
        attempt: command.attempt,
        stream,
        sequence,
        message_id: id,
        data,
        dropped: dropped ?? null,
        at: transaction.now,
      })),
    ),
  )
  yield* run(
    touchAttempts,
    sorted
      .filter(({ fresh }) => fresh.length > 0)
      .map(({ request: { command }, fresh }) => ({
        task_id: command.taskId,
        attempt: command.attempt,
        worker_id: command.workerId,
        bytes: fresh.reduce((bytes, { data }) => bytes + Buffer.byteLength(data), 0),
        at: transaction.now,
      })),
  )
  yield* goOn(
    transaction,
    sorted
      .filter(({ fresh, isLate }) => fresh.length > 0 && !isLate)
      .map(({ row, request: { context, command } }) => ({ row, writer: command, actor: context.actor })),
  )
  yield* trimOutput(
    sorted.map(({ request: { context, command }, isLate }) => ({
      taskId: command.taskId,
      attempt: command.attempt,
      bytesMax: context.policy.settings.outputBytesMax,
      isLate,
    })),
  )
  return new Map(sorted.map(({ request, acked, highest }) => [request, done({ acked, highest })]))
}

/**
 * Splits messages into those to store and those that are already here, in the order in which they were sent: between
 * the two streams it tells what came first. A gap ends the stream's turn; a gap marker closes it.
 */
export function sortMessages(messages: readonly OutputMessage[], known: Readonly<Record<Stream, number>>) {
  const highest = { ...known }
  const fresh: OutputMessage[] = []
  const acked: string[] = []
  for (const message of messages) {
    const reached = highest[message.stream]
    if (message.sequence <= reached) {
      acked.push(message.id)
      continue
    }
    const first = message.dropped ? message.dropped.from : message.sequence
    if (first > reached + 1) continue
    highest[message.stream] = message.sequence
    fresh.push(withoutKnown(message, reached))
    acked.push(message.id)
  }
  return { fresh, acked, highest }
}

/** A sender that never got its ack may take for dropped what is here. */
function withoutKnown(message: OutputMessage, reached: number): OutputMessage {
  const { dropped, ...rest } = message
  if (!dropped || dropped.from > reached) return message
  return dropped.to > reached ? { ...rest, dropped: { ...dropped, from: reached + 1 } } : rest
}
