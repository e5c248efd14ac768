/**
 * Messages of output and the gaps between them.
 *
 * Invariant: every number of a stream below `next_sequence` is waiting, acked, or within exactly one gap: that of the
 * next message that waits (`dropped_from`), or, behind the last one, that of the stream (`gap_from`).
 */
import { Buffer } from 'node:buffer'
import { STREAMS, type Stream } from '#lib/task/limits.ts'
import { mintId } from '../mint-id.ts'
import type { Row } from './connection.ts'
import { type Local, numberOf } from './local.ts'
import type { Chunk } from './types.ts'

type Unplaced = Omit<Chunk, 'taskId' | 'attempt'>

/** One order for both kinds of messages. */
export const NEXT_PLACE = `1 + MAX(
  COALESCE((SELECT MAX(place) FROM main.local_task_outbox_messages), 0),
  COALESCE((SELECT MAX(place) FROM output.local_task_outbox_messages), 0))`

/** `stream` is its row before this message. */
export function insertMessage(
  { db, now }: Local,
  executionId: number,
  message: Unplaced,
  bytes: number,
  stream: Row,
): void {
  db.run(
    `INSERT INTO output.local_task_outbox_messages (place, id, execution_id, stream, sequence, data, bytes, wire_bytes,
        dropped_from, dropped_bytes, created_at)
      VALUES (${NEXT_PLACE}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    message.id,
    executionId,
    message.stream,
    message.sequence,
    message.data,
    bytes,
    // JSON escapes a control character to six bytes; the limit of a request counts those.
    Buffer.byteLength(JSON.stringify(message.data)),
    numberOf(stream.gap_from),
    Number(stream.gap_bytes),
    now(),
  )
}

export function dropMessage(local: Local, row: Row): void {
  const executionId = Number(row.execution_id)
  // A CHECK of the table allows no other.
  const stream = row.stream as Stream
  local.db.run('DELETE FROM output.local_task_outbox_messages WHERE place = ?', Number(row.place))
  const gap = {
    from: numberOf(row.dropped_from) ?? Number(row.sequence),
    to: Number(row.sequence),
    bytes: Number(row.dropped_bytes) + Number(row.bytes),
  }
  addGap(local, executionId, stream, gap)
  const execution = local.db.get(
    `SELECT 1 FROM main.local_task_executions WHERE id = ? AND ended_at IS NOT NULL`,
    executionId,
  )
  if (execution) closeStreams(local, executionId)
}

interface Gap {
  readonly from: number
  readonly to: number
  readonly bytes: number
}

/** The next message that waits tells of it, or the one that will come next. */
export function addGap(local: Local, executionId: number, stream: Stream, gap: Gap): void {
  const { db } = local
  db.run(
    `UPDATE main.local_task_executions SET ${stream}_truncated = 1 WHERE id = ? AND ${stream}_truncated = 0`,
    executionId,
  )
  const told = db.run(
    `UPDATE output.local_task_outbox_messages SET dropped_from = ?, dropped_bytes = dropped_bytes + ?
      WHERE place = (SELECT place FROM output.local_task_outbox_messages
        WHERE execution_id = ? AND stream = ? AND sequence > ? AND acked_at IS NULL ORDER BY sequence LIMIT 1)`,
    gap.from,
    gap.bytes,
    executionId,
    stream,
    gap.to,
  )
  if (told > 0) return
  db.run(
    `UPDATE output.local_task_output_streams SET gap_from = MIN(COALESCE(gap_from, ?1), ?1), gap_bytes = gap_bytes + ?2
      WHERE execution_id = ?3 AND stream = ?4`,
    gap.from,
    gap.bytes,
    executionId,
    stream,
  )
}

/** No message will come that could tell of what is gone at the end of a stream: an empty one does. */
export function closeStreams(local: Local, executionId: number): void {
  for (const stream of STREAMS) {
    const row = streamRow(local, executionId, stream)
    if (row.gap_from === null || row.gap_from === undefined) continue
    const sequence = Number(row.next_sequence)
    const marker = { id: mintId(), stream, sequence, data: '' }
    insertMessage(local, executionId, marker, 0, row)
    setStream(local, executionId, stream, sequence + 1, null, 0)
  }
}

export function streamRow({ db }: Local, executionId: number, stream: Stream): Row {
  return (
    db.get(
      'SELECT * FROM output.local_task_output_streams WHERE execution_id = ? AND stream = ?',
      executionId,
      stream,
    ) ?? { next_sequence: 1, gap_from: null, gap_bytes: 0 }
  )
}

export function setStream(
  { db }: Local,
  executionId: number,
  stream: Stream,
  next: number,
  gapFrom: number | null,
  gapBytes: Row[string] | undefined,
): void {
  db.run(
    `INSERT INTO output.local_task_output_streams (execution_id, stream, next_sequence, gap_from, gap_bytes)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (execution_id, stream)
      DO UPDATE SET next_sequence = MAX(next_sequence, excluded.next_sequence), gap_from = excluded.gap_from,
        gap_bytes = excluded.gap_bytes`,
    executionId,
    stream,
    next,
    gapFrom,
    Number(gapBytes ?? 0),
  )
}
