/**
 * One attempt that this process works on: its output, its abort signal, its final report.
 *
 * Invariant: from construction until the final report is answered it is held by the lease, so that every heartbeat in
 * between lists it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointOutput } from '#lib/contract.ts'
import type { LinkSession, ReportProgress, SaveCheckpoint } from '#lib/task/commands.ts'
import { isTaskError, type TaskError } from '#lib/task/errors.ts'
import type { Stream, Task } from '#lib/task/schema.ts'
import type { Client } from './client.ts'
import type { Held, Lease, StopCause } from './lease.ts'
import { Outbox } from './outbox.ts'
import { type AttemptRecord, type FinalReport, memoryRecord } from './record.ts'
import type { Report, Stop } from './report.ts'
import { isRetryable, retry } from './retry.ts'

const LEAVING_MS = 1000

type Unaddressed<T> = Omit<T, 'taskId' | 'workerId' | 'attempt'>

export interface AttemptOptions {
  /** Where it is kept on this host; in memory without it. */
  readonly record?: AttemptRecord
  readonly onNotice?: (sentence: string) => void
}

export class Attempt implements Held {
  readonly taskId: string
  readonly #client: Client
  readonly #lease: Lease
  readonly #options: AttemptOptions
  readonly #aborter = new AbortController()
  readonly #outbox: Outbox
  readonly #record: AttemptRecord
  #attempt: number
  #workerId: string
  #processGroup: number | undefined
  #stopped: Stop | undefined
  #finishing = false
  #noted = false

  constructor(client: Client, lease: Lease, task: Pick<Task, 'id' | 'attempt'>, options: AttemptOptions = {}) {
    this.taskId = task.id
    this.#attempt = task.attempt
    this.#workerId = lease.workerId
    this.#client = client
    this.#lease = lease
    this.#options = options
    this.#record = options.record ?? memoryRecord()
    this.#record.started()
    this.#outbox = new Outbox({
      store: this.#record.output,
      send: (messages) => client.call('appendOutput', { ...this.#address(), messages }),
      onRetry: (error) => this.#noteWaiting(error),
      onRefused: (sentence) => options.onNotice?.(`the ledger takes no more output of ${this.taskId}: ${sentence}`),
    })
    lease.hold(this)
  }

  get attempt(): number {
    return this.#attempt
  }

  get processGroup(): number | undefined {
    return this.#processGroup
  }

  /** What the heartbeat thread freezes while the lease is doubtful. */
  set processGroup(processGroup: number | undefined) {
    this.#processGroup = processGroup
    this.#lease.update()
  }

  /** Its process group is stopped until the ledger answers. */
  get frozen(): boolean {
    return this.#lease.isFrozen(this)
  }

  /** Aborted when the work must stop; `stopped` says why. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  get stopped(): Stop | undefined {
    return this.#stopped
  }

  write(stream: Stream, text: string): void {
    this.#outbox.append(stream, text)
  }

  async progress(progress: Unaddressed<ReportProgress>): Promise<void> {
    await retry(() => this.#client.call('reportProgress', { ...this.#address(), ...progress }), { signal: this.signal })
  }

  async linkSession(session: Unaddressed<LinkSession>): Promise<void> {
    await retry(() => this.#client.call('linkSession', { ...this.#address(), ...session }), { signal: this.signal })
  }

  /** The state from which a later attempt may go on. The same turn again changes nothing. */
  async checkpoint(checkpoint: Unaddressed<SaveCheckpoint>): Promise<EndpointOutput<'saveCheckpoint'>['checkpoint']> {
    const save = () => this.#client.call('saveCheckpoint', { ...this.#address(), ...checkpoint })
    return (await retry(save, { signal: this.signal })).checkpoint
  }

  stop(cause: StopCause, detail: string): void {
    // What has ended by itself and only waits to be reported needs no stop.
    if (this.#stopped || this.#finishing) return
    this.#stopped = { cause, detail }
    this.#options.onNotice?.(`stopping ${this.taskId}: ${detail}`)
    this.#aborter.abort(new Error(detail))
  }

  reattached(attempt: number): void {
    const isNew = attempt !== this.#attempt
    this.#workerId = this.#lease.workerId
    this.#attempt = attempt
    this.#record.held(this.#workerId, attempt)
    if (!isNew) return
    this.#options.onNotice?.(`${this.taskId} goes on as attempt ${attempt}`)
    this.#outbox.restart()
  }

  /**
   * Sends what is left of the output, then the report, until the ledger answers or the signal is aborted. Resolves to
   * the task, or to the error with which the ledger refused the report (it is then kept there, and can be adopted).
   */
  async finish(report: Report, signal: AbortSignal): Promise<Task | TaskError> {
    this.#finishing = true
    try {
      const flushed = this.#outbox.flush()
      const final = this.#record.finished(report)
      await unlessAborted(flushed, signal)
      const result = await this.#deliver(final, signal)
      this.#record.delivered()
      return result
    } finally {
      this.#release()
    }
  }

  /** Holds it no longer, without a report. When this process leaves, what it wrote last is still worth a moment. */
  async abandon(): Promise<void> {
    const isLeaving = this.#stopped?.cause === 'shutdown'
    if (isLeaving) await Promise.race([this.#outbox.flush(), sleep(LEAVING_MS)])
    this.#record.abandoned({ keepOutput: isLeaving })
    this.#release()
  }

  async #deliver({ messageId, report }: FinalReport, signal: AbortSignal): Promise<Task | TaskError> {
    const onRetry = (error: TaskError) => this.#noteWaiting(error)
    for (;;) {
      const address = this.#address()
      const send = () => this.#client.call('finishAttempt', { ...address, messageId, ...report })
      const result = await retry(send, { signal, onRetry }).catch(asRefusal)
      if (!isTaskError(result)) return result.task
      await this.#lease.settled()
      if (address.attempt === this.#attempt && address.workerId === this.#workerId) return result
      // Reattached since: what is left of the output and the same report, for what the attempt is called now.
      await unlessAborted(this.#outbox.flush(), signal)
    }
  }

  #release(): void {
    this.#outbox.close()
    this.#lease.release(this)
  }

  #address() {
    return { taskId: this.taskId, workerId: this.#workerId, attempt: this.#attempt }
  }

  /** While the work goes on, the heartbeats tell of a ledger that cannot be reached. */
  #noteWaiting(error: TaskError): void {
    if (!this.#finishing || this.#noted) return
    this.#noted = true
    this.#options.onNotice?.(`the outcome waits for the ledger: ${error.message}`)
  }
}

function asRefusal(error: unknown): TaskError {
  if (isTaskError(error) && !isRetryable(error)) return error
  throw error
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { signal: settled.signal })
  })
  return await Promise.race([promise, aborted]).finally(() => settled.abort())
}
