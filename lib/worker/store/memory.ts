/** Output that waits in memory: for a program that has no local store. */
import { Buffer } from 'node:buffer'
import type { OutputMessage } from '#lib/task/commands.ts'
import { LIMITS, type Stream } from '#lib/task/limits.ts'
import { mintId } from '../mint-id.ts'
import type { Dropped, Highest, OutputStore } from './types.ts'

const CAP_BYTES = 64 * 1024 * 1024
/** Room is left in the body for the fields around the messages. */
const REQUEST_BYTES = LIMITS.bodyBytes - 128 * 1024
const MESSAGE_OVERHEAD_BYTES = 200

/** Over its cap it drops the oldest, and what follows carries a marker of the gap. */
export function memoryStore(capBytes = CAP_BYTES): OutputStore {
  return new MemoryStore(capBytes)
}

interface Entry {
  message: OutputMessage
  readonly bytes: number
}

class MemoryStore implements OutputStore {
  readonly #capBytes: number
  #entries: Entry[] = []
  #bytes = 0
  #next: Record<Stream, number> = { stdout: 1, stderr: 1 }
  /** Gaps at the very end of a stream, for the message that comes next. */
  readonly #pending = new Map<Stream, Dropped>()

  constructor(capBytes: number) {
    this.#capBytes = capBytes
  }

  get size(): number {
    return this.#entries.length
  }

  get isEmpty(): boolean {
    return this.size === 0
  }

  push(stream: Stream, data: string): void {
    const dropped = this.#pending.get(stream)
    this.#pending.delete(stream)
    const message = { id: mintId(), stream, sequence: this.#next[stream]++, data, ...(dropped ? { dropped } : {}) }
    // JSON escapes a control character to six bytes; the limit of a request counts those.
    const bytes = Buffer.byteLength(JSON.stringify(data)) + MESSAGE_OVERHEAD_BYTES
    this.#entries.push({ message, bytes })
    this.#bytes += bytes
    while (this.#bytes > this.#capBytes && this.#entries.length > 1) this.#remove(0)
  }

  head(): readonly OutputMessage[] {
    let sum = 0
    const end = this.#entries.findIndex((entry, index) => {
      sum += entry.bytes
      return index > 0 && (sum > REQUEST_BYTES || index >= LIMITS.batch)
    })
    return this.#entries.slice(0, end === -1 ? undefined : end).map((entry) => entry.message)
  }

  settle(acked: readonly string[], highest: Highest): number {
    const before = this.#entries.length
    const ids = new Set(acked)
    this.#entries = this.#entries.filter(
      ({ message }) => !ids.has(message.id) && message.sequence > highest[message.stream],
    )
    this.#bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes, 0)
    for (const stream of ['stdout', 'stderr'] as const) {
      const first = this.#entries.find((entry) => entry.message.stream === stream)
      if (first) first.message = bridged(first.message, highest[stream])
    }
    return before - this.#entries.length
  }

  drop(id: string): void {
    this.#remove(this.#entries.findIndex((entry) => entry.message.id === id))
  }

  renumber(): void {
    this.#next = { stdout: 1, stderr: 1 }
    this.#pending.clear()
    for (const entry of this.#entries) {
      const { dropped: _, ...message } = entry.message
      entry.message = { ...message, id: mintId(), sequence: this.#next[message.stream]++ }
    }
  }

  #remove(index: number): void {
    const gone = this.#entries[index]
    if (!gone) return
    this.#entries.splice(index, 1)
    this.#bytes -= gone.bytes
    const { stream, sequence, dropped, data } = gone.message
    const gap = {
      from: dropped?.from ?? sequence,
      to: sequence,
      bytes: (dropped?.bytes ?? 0) + Buffer.byteLength(data),
    }
    const heir = this.#entries.find(({ message }) => message.stream === stream && message.sequence > sequence)
    if (heir) heir.message = { ...heir.message, dropped: gap }
    else this.#pending.set(stream, gap)
  }
}

/** The marker of a stream's first waiting message must begin right after what the ledger has. */
function bridged(message: OutputMessage, highest: number): OutputMessage {
  const { dropped, ...rest } = message
  if (message.sequence <= highest + 1) return rest
  return { ...rest, dropped: { from: highest + 1, to: message.sequence - 1, bytes: dropped?.bytes ?? 0 } }
}
