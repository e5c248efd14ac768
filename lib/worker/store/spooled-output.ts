/**
 * The output of one execution as its sender sees it: numbered from 1 for the attempt as which the ledger knows it.
 *
 * Invariant: the ledger's number is the store's number less the base of the execution, which moves when the work goes on
 * as another attempt.
 */
import { Buffer } from 'node:buffer'
import type { OutputMessage } from '#lib/task/commands.ts'
import { STREAMS, type Stream } from '#lib/task/limits.ts'
import { mintId } from '../mint-id.ts'
import { isFull } from './connection.ts'
import { addGap, dropMessage, setStream, streamRow } from './gaps.ts'
import { numberOf } from './local.ts'
import type { LocalStore } from './local-store.ts'
import { ackOutput, countOf, headOf, isEmpty } from './messages.ts'
import { prune } from './prune.ts'
import type { Highest, OutputStore } from './types.ts'

interface Unwritten {
  readonly from: number
  readonly bytes: number
}

export class SpooledOutput implements OutputStore {
  readonly #store: LocalStore
  readonly #executionId: number
  #next: Record<Stream, number>
  #base: Record<Stream, number>
  /** Up to which number the ledger has it. */
  readonly #settled: Record<Stream, number> = { stdout: 0, stderr: 0 }
  /** What a full disk would not take; the next message that it takes tells of it. */
  readonly #unwritten = new Map<Stream, Unwritten>()

  constructor(store: LocalStore, executionId: number) {
    this.#store = store
    this.#executionId = executionId
    this.#next = { stdout: this.#nextOf('stdout'), stderr: this.#nextOf('stderr') }
    this.#base = this.#readBase()
  }

  get size(): number {
    return countOf(this.#store.local, this.#executionId, this.#settled)
  }

  get isEmpty(): boolean {
    return isEmpty(this.#store.local, this.#executionId, this.#settled)
  }

  push(stream: Stream, data: string): void {
    const sequence = this.#next[stream]++
    try {
      const key = this.#store.read(this.#executionId)
      if (!key) return
      this.#noteUnwritten(stream, sequence)
      this.#store.appendOutputChunk({ ...key, id: mintId(), stream, sequence, data })
    } catch {
      // Full or broken: output never ends the work that it comes from.
      const { from, bytes } = this.#unwritten.get(stream) ?? { from: sequence, bytes: 0 }
      this.#unwritten.set(stream, { from, bytes: bytes + Buffer.byteLength(data) })
    }
  }

  head(): readonly OutputMessage[] {
    return headOf(this.#store.local, this.#executionId, this.#settled).map(
      ({ id, stream, sequence, data, dropped }) => {
        const base = this.#base[stream]
        const gap = dropped && { ...dropped, from: dropped.from - base, to: dropped.to - base }
        return { id, stream, sequence: sequence - base, data, ...(gap && gap.from >= 1 ? { dropped: gap } : {}) }
      },
    )
  }

  settle(acked: readonly string[], highest: Highest): number {
    const { local } = this.#store
    const before = { ...this.#settled }
    for (const stream of STREAMS) {
      this.#settled[stream] = Math.max(this.#settled[stream], highest[stream] + this.#base[stream])
    }
    try {
      return local.db.write('settle', () => {
        let settled = 0
        for (const id of acked) settled += ackOutput(local, id)
        for (const stream of STREAMS) settled += this.#settleStream(stream, highest[stream] + this.#base[stream])
        prune(local)
        return settled
      })
    } catch (error) {
      // On a full disk it is remembered here alone; another process would send it again, which does no harm.
      if (!isFull(error)) throw error
      return STREAMS.reduce((sum, stream) => sum + this.#settled[stream] - before[stream], 0)
    }
  }

  drop(id: string): void {
    const { local } = this.#store
    const row = local.db.get(
      'SELECT * FROM output.local_task_outbox_messages WHERE id = ? AND acked_at IS NULL AND execution_id = ?',
      id,
      this.#executionId,
    )
    if (row) local.db.write('drop', () => dropMessage(local, row))
  }

  renumber(): void {
    this.#base = this.#readBase()
  }

  /** The marker of the first waiting message must begin right after what the ledger has. */
  #settleStream(stream: Stream, highest: number): number {
    const { db, now } = this.#store.local
    const settled = db.run(
      `UPDATE output.local_task_outbox_messages SET acked_at = ?, data = NULL
        WHERE execution_id = ? AND stream = ? AND sequence <= ? AND acked_at IS NULL`,
      now(),
      this.#executionId,
      stream,
      highest,
    )
    db.run(
      `UPDATE output.local_task_outbox_messages SET
          dropped_from = CASE WHEN sequence > ?1 + 1 THEN ?1 + 1 END,
          dropped_bytes = CASE WHEN sequence > ?1 + 1 THEN dropped_bytes ELSE 0 END
        WHERE place = (SELECT place FROM output.local_task_outbox_messages
            WHERE execution_id = ?2 AND stream = ?3 AND acked_at IS NULL ORDER BY sequence LIMIT 1)
          AND COALESCE(dropped_from, sequence) <> ?1 + 1`,
      highest,
      this.#executionId,
      stream,
    )
    return settled
  }

  #noteUnwritten(stream: Stream, before: number): void {
    const lost = this.#unwritten.get(stream)
    if (!lost) return
    const { local } = this.#store
    local.db.write('noteUnwritten', () => {
      const row = streamRow(local, this.#executionId, stream)
      setStream(local, this.#executionId, stream, before, numberOf(row.gap_from), row.gap_bytes)
      addGap(local, this.#executionId, stream, { from: lost.from, to: before - 1, bytes: lost.bytes })
    })
    this.#unwritten.delete(stream)
  }

  #nextOf(stream: Stream): number {
    return Number(streamRow(this.#store.local, this.#executionId, stream).next_sequence)
  }

  #readBase(): Record<Stream, number> {
    const row = this.#store.local.db.get(
      'SELECT stdout_base, stderr_base FROM main.local_task_executions WHERE id = ?',
      this.#executionId,
    )
    return { stdout: Number(row?.stdout_base ?? 0), stderr: Number(row?.stderr_base ?? 0) }
  }
}
