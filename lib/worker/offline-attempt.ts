/**
 * Work that began while the ledger could not be reached.
 *
 * Invariant: it is on record on this host before it begins; until the ledger has it on record there is no lease, so
 * nobody else can have it. From then on it is an attempt like any other.
 */
import { TaskError } from '#lib/task/errors.ts'
import type { Stream, Task } from '#lib/task/schema.ts'
import { Attempt } from './attempt.ts'
import type { Client } from './client.ts'
import type { TrackedWork } from './command.ts'
import { Lease } from './lease.ts'
import { putOnRecord } from './offline.ts'
import { Outbox } from './outbox.ts'
import { type AttemptRecord, storedRecord } from './record.ts'
import type { Registration } from './registration.ts'
import type { Report, Stop } from './report.ts'
import type { LocalStore } from './store/local-store.ts'
import type { Execution } from './store/types.ts'

export interface OfflineOptions {
  readonly store: LocalStore
  readonly execution: Execution
  readonly registration: Registration
  readonly onNotice: (sentence: string) => void
}

export class OfflineAttempt implements TrackedWork {
  readonly taskId: string
  readonly attempt: number
  readonly #client: Client
  readonly #options: OfflineOptions
  readonly #record: AttemptRecord
  /** Keeps output as an attempt does, and sends none. */
  readonly #early: Outbox
  readonly #aborter = new AbortController()
  readonly #closed = new AbortController()
  readonly #connecting: Promise<void>
  #processGroup: number | undefined
  #online: { readonly lease: Lease; readonly attempt: Attempt } | undefined

  constructor(client: Client, options: OfflineOptions) {
    const { store, execution, onNotice } = options
    this.taskId = execution.taskId
    this.attempt = execution.attempt
    this.#client = client
    this.#options = options
    this.#record = storedRecord(store, execution, onNotice)
    this.#record.started()
    const unreachable = new TaskError('unavailable', 'the ledger has not been reached yet')
    this.#early = new Outbox({ store: this.#record.output, send: () => Promise.reject(unreachable) })
    this.#connecting = this.#connect().catch(() => undefined)
  }

  get processGroup(): number | undefined {
    return this.#processGroup
  }

  set processGroup(processGroup: number | undefined) {
    this.#processGroup = processGroup
    if (this.#online) this.#online.attempt.processGroup = processGroup
  }

  get frozen(): boolean {
    return this.#online?.attempt.frozen ?? false
  }

  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  get stopped(): Stop | undefined {
    return this.#online?.attempt.stopped
  }

  write(stream: Stream, text: string): void {
    if (this.#online) this.#online.attempt.write(stream, text)
    else this.#early.append(stream, text)
  }

  /** Undefined when the ledger has not heard of it: it is on this host, for the next process to deliver. */
  async finish(report: Report, signal: AbortSignal): Promise<Task | TaskError | undefined> {
    if (this.#online) return await this.#online.attempt.finish(report, signal)
    this.#early.seal()
    this.#record.finished(report)
    return undefined
  }

  async abandon(): Promise<void> {
    if (this.#online) await this.#online.attempt.abandon()
    else this.#record.abandoned({ keepOutput: false })
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error('the command ended'))
    this.#early.close()
    await this.#connecting
    await this.#online?.lease.close('the command ended')
  }

  async #connect(): Promise<void> {
    const { registration, store, execution, onNotice } = this.#options
    const { signal } = this.#closed
    const lease = await Lease.open(this.#client, { registration, signal, onNotice })
    try {
      const held = await putOnRecord(this.#client, store, execution, { signal }, lease.workerId)
      if (held?.workerId !== lease.workerId) throw new Error(`the ledger does not take ${this.taskId}`)
      signal.throwIfAborted()
      this.#goOnline(lease)
    } catch (error) {
      if (!signal.aborted) onNotice(`${error instanceof Error ? error.message : error}; it goes on without the ledger`)
      await lease.close('the task was not taken')
    }
  }

  #goOnline(lease: Lease): void {
    const { onNotice } = this.#options
    this.#early.seal()
    this.#early.close()
    const attempt = new Attempt(
      this.#client,
      lease,
      { id: this.taskId, attempt: this.attempt },
      { record: this.#record, onNotice },
    )
    attempt.processGroup = this.#processGroup
    attempt.signal.addEventListener('abort', () => this.#aborter.abort(attempt.signal.reason), { once: true })
    this.#online = { lease, attempt }
    onNotice(`the ledger has ${this.taskId} on record now, attempt ${this.attempt}`)
  }
}
