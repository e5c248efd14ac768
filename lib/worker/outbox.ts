/**
 * The output of one attempt on its way to the ledger.
 *
 * Invariant: what was appended is sent in the order of appending and sent again until acked; one request is under way
 * at a time. Output never holds up the work: once the ledger refuses the attempt, nothing more is sent for it.
 */
import { Buffer } from 'node:buffer'
import type { EndpointOutput } from '#lib/contract.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import { type ErrorCode, isTaskError, TaskError } from '#lib/task/errors.ts'
import type { Stream } from '#lib/task/schema.ts'
import { isRetryable, retry } from './retry.ts'
import { memoryStore } from './store/memory.ts'
import type { OutputStore } from './store/types.ts'

export interface OutboxOptions {
  readonly send: (messages: OutputMessage[]) => Promise<EndpointOutput<'appendOutput'>>
  readonly store?: OutputStore
  /** How long to try what the ledger cannot answer; without it, until closed. */
  readonly forMs?: number
  /** The ledger refused output of this attempt; the rest waits in case that the attempt is let go on. */
  readonly onRefused?: (sentence: string) => void
  readonly onRetry?: (error: TaskError) => void
}

const BATCH_MS = 100
const BATCH_BYTES = 16 * 1024
const MESSAGE_BYTES = 64 * 1024
/** A bug of the server must not hold the final report for ever: a message that meets it this often is given up. */
const TRIES_WHEN_INTERNAL = 5

export class Outbox {
  readonly #options: OutboxOptions
  readonly #store: OutputStore
  readonly #closed = new AbortController()
  #open: { stream: Stream; parts: string[]; bytes: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #pump: Promise<void> | undefined
  #refused = false
  #incarnation = 0
  /** How many messages to send one by one, to find the one that the ledger cannot take. */
  #oneByOne = 0

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#store = options.store ?? memoryStore()
    if (!this.#store.isEmpty) this.#send()
  }

  /** Messages that the ledger has not acked. */
  get waiting(): number {
    return this.#store.size + (this.#open ? 1 : 0)
  }

  append(stream: Stream, text: string): void {
    if (text === '') return
    if (this.#open && this.#open.stream !== stream) this.seal()
    for (const part of slicesOf(text, MESSAGE_BYTES)) {
      this.#open ??= { stream, parts: [], bytes: 0 }
      this.#open.parts.push(part)
      this.#open.bytes += Buffer.byteLength(part)
      if (this.#open.bytes >= BATCH_BYTES) this.seal()
    }
    if (this.#open) this.#timer ??= setTimeout(() => this.seal(), BATCH_MS)
  }

  /** Resolves once everything appended so far is acked, or refused for good. */
  async flush(): Promise<void> {
    this.seal()
    await this.#pump
  }

  /** The attempt goes on under another number, whose streams begin at 1. */
  restart(): void {
    this.#incarnation++
    this.#refused = false
    this.seal()
    this.#store.renumber()
    this.#send()
  }

  /** Stops sending; what waits is lost. */
  close(): void {
    clearTimeout(this.#timer)
    this.#closed.abort(new Error('the outbox was closed'))
  }

  /** What was appended so far is kept and sent, without waiting for more. */
  seal(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { stream, parts } = this.#open ?? {}
    this.#open = undefined
    if (stream && parts) this.#store.push(stream, parts.join(''))
    this.#send()
  }

  #send(): void {
    this.#pump ??= this.#sendAll().finally(() => {
      this.#pump = undefined
    })
  }

  async #sendAll(): Promise<void> {
    const { signal } = this.#closed
    while (!this.#store.isEmpty && !this.#refused && !signal.aborted) {
      const incarnation = this.#incarnation
      const { onRetry, forMs } = this.#options
      const limits = { signal, ...(onRetry ? { onRetry } : {}), ...(forMs === undefined ? {} : { forMs }) }
      await retry((tries) => this.#sendHead(tries), limits).catch((error) => {
        if (incarnation === this.#incarnation) this.#failed(error)
      })
    }
  }

  async #sendHead(tries: number): Promise<void> {
    const incarnation = this.#incarnation
    const messages = this.#store.head().slice(0, this.#oneByOne > 0 ? 1 : undefined)
    if (messages.length === 0) return
    const { acked, highest } = await this.#options.send(messages).catch((error) => {
      throw hopeless(error, tries, messages) ?? error
    })
    // Answered for an attempt that is no longer this one's.
    if (incarnation !== this.#incarnation) return
    const settled = this.#store.settle(acked, highest)
    this.#oneByOne = Math.max(0, this.#oneByOne - 1)
    // To be asked again with backoff, as anything that the ledger could not do now.
    if (settled === 0) throw new TaskError('unavailable', 'the ledger acked none of the output')
  }

  #failed(error: unknown): void {
    if (this.#closed.signal.aborted) return
    if (error instanceof Hopeless) {
      const [first] = error.messages
      if (error.messages.length === 1 && first) this.#store.drop(first.id)
      this.#oneByOne = error.messages.length > 1 ? error.messages.length : Math.max(0, this.#oneByOne - 1)
      return
    }
    this.#refused = true
    if (isRetryable(error)) return
    this.#options.onRefused?.(error instanceof Error ? error.message : String(error))
  }
}

/** One of these messages cannot be delivered, though the ledger answers. */
class Hopeless extends Error {
  constructor(readonly messages: readonly OutputMessage[]) {
    super('the ledger cannot take this output')
  }
}

const UNACCEPTABLE: readonly ErrorCode[] = ['validation', 'payload_too_large']

function hopeless(error: unknown, tries: number, messages: readonly OutputMessage[]): Hopeless | undefined {
  if (!isTaskError(error)) return undefined
  const broken = error.code === 'internal' && tries + 1 >= TRIES_WHEN_INTERNAL
  return broken || UNACCEPTABLE.includes(error.code) ? new Hopeless(messages) : undefined
}

/** Cuts at most `maxBytes` of UTF-8 a piece and never within a character. */
export function* slicesOf(text: string, maxBytes: number): Generator<string> {
  if (Buffer.byteLength(text) <= maxBytes) {
    yield text
    return
  }
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + maxBytes, bytes.length)
    // A byte of the form 10xxxxxx continues a character that began before it.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    yield bytes.toString('utf8', start, end)
    start = end
  }
}
