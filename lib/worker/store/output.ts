/** Output under its cap: the oldest gives way to the newest. */
import { Buffer } from 'node:buffer'
import { TaskError } from '#lib/task/errors.ts'
import { STREAMS } from '#lib/task/limits.ts'
import { isFull } from './connection.ts'
import { addGap, closeStreams, dropMessage, insertMessage, setStream, streamRow } from './gaps.ts'
import { isOver, type Local, numberOf, requireExecution, used } from './local.ts'
import type { Appended, Chunk, Execution } from './types.ts'

export function appendOutputChunk(local: Local, chunk: Chunk): Appended {
  requireChunk(chunk)
  const execution = requireExecution(local, chunk)
  for (let tries = 0; ; tries++) {
    try {
      return local.db.write('appendOutputChunk', () => appendTo(local, execution, chunk))
    } catch (error) {
      if (!isFull(error) || tries === MAKE_ROOM_TRIES) throw error
      // The quota counts pages, the cap bytes: many small messages meet the quota first.
      const bytes = Math.max(Buffer.byteLength(chunk.data), ROOM_BYTES)
      local.db.write('makeRoom', () => dropOldest(local, bytes, ROW_BYTES))
    }
  }
}

/** How much goes at least when the quota is met, so that it is not met again at once. */
const ROOM_BYTES = 64 * 1024
/** What a message takes beside its text, roughly. */
const ROW_BYTES = 250
const MAKE_ROOM_TRIES = 4

function requireChunk({ id, stream, sequence }: Chunk): void {
  if (id === '') throw new TaskError('validation', 'the message id is empty')
  if (!STREAMS.includes(stream))
    throw new TaskError('validation', `the stream is "${stream}"; expected one of ${STREAMS.join(', ')}`)
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    throw new TaskError('validation', `the sequence is ${sequence}; expected a whole number above 0`)
}

function appendTo(local: Local, execution: Execution, chunk: Chunk): Appended {
  const stream = streamRow(local, execution.id, chunk.stream)
  if (isDuplicate(local, execution.id, chunk, Number(stream.next_sequence))) return 'duplicate'
  if (isOver(execution) && isDelivered(local, execution.id)) return 'late'
  const bytes = Buffer.byteLength(chunk.data)
  const { outputBytes, outputRoom } = used(local)
  if (bytes > outputRoom) {
    setStream(local, execution.id, chunk.stream, chunk.sequence + 1, numberOf(stream.gap_from), stream.gap_bytes)
    addGap(local, execution.id, chunk.stream, { from: chunk.sequence, to: chunk.sequence, bytes })
    if (isOver(execution)) closeStreams(local, execution.id)
    return 'dropped'
  }
  insertMessage(local, execution.id, chunk, bytes, stream)
  setStream(local, execution.id, chunk.stream, chunk.sequence + 1, null, 0)
  dropOldest(local, outputBytes + bytes - outputRoom)
  return 'kept'
}

/** A number that was given before is known, also when its message is gone. */
function isDuplicate({ db }: Local, executionId: number, chunk: Chunk, next: number): boolean {
  const known = db.get('SELECT 1 FROM output.local_task_outbox_messages WHERE id = ?', chunk.id)
  if (known || chunk.sequence >= next) return known !== undefined
  const twin = db.get(
    `SELECT id, data FROM output.local_task_outbox_messages WHERE execution_id = ? AND stream = ? AND sequence = ?`,
    executionId,
    chunk.stream,
    chunk.sequence,
  )
  if (twin && twin.data !== null && twin.data !== chunk.data)
    throw new TaskError('validation', `${chunk.stream} ${chunk.sequence} is here already, with another text`, {
      id: twin.id,
    })
  return true
}

function isDelivered({ db }: Local, executionId: number): boolean {
  return (
    db.get(
      'SELECT 1 FROM main.local_task_outbox_messages WHERE execution_id = ? AND acked_at IS NOT NULL',
      executionId,
    ) !== undefined
  )
}

/** Drops the oldest until all that waits is under the cap. */
export function dropUntil(local: Local): void {
  const { outputBytes, outputRoom } = used(local)
  dropOldest(local, outputBytes - outputRoom)
}

/** At least so many bytes, if there are as many. */
function dropOldest(local: Local, bytes: number, rowBytes = 0): void {
  for (let left = bytes; left > 0; ) {
    const oldest = local.db.get(
      'SELECT * FROM output.local_task_outbox_messages WHERE acked_at IS NULL AND bytes > 0 ORDER BY place LIMIT 1',
    )
    if (!oldest) return
    left -= Number(oldest.bytes) + rowBytes
    dropMessage(local, oldest)
  }
}
