/**
 * Claims tasks and hands them to a handler, as many at a time as it has slots.
 *
 * Invariant: no task is claimed that has no free slot, and none after `drain`; heartbeats go on until the last held
 * task is released, and only then the worker says goodbye.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointOutput } from '#lib/contract.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Task } from '#lib/task/schema.ts'
import { Attempt } from './attempt.ts'
import type { Client } from './client.ts'
import { type Host, openHost } from './host.ts'
import { Lease } from './lease.ts'
import { mintId } from './mint-id.ts'
import { type AttemptRecord, storedRecord } from './record.ts'
import type { Registration, Work } from './registration.ts'
import { type Report, reportOfError, reportOfStop } from './report.ts'
import { retry } from './retry.ts'
import type { StoreConfig } from './store/config.ts'

export type ClaimedTask = EndpointOutput<'claimTasks'>['tasks'][number]

/** Resolves to the outcome; to nothing for a success. A throw is a failure. */
export type Handler = (task: ClaimedTask, attempt: Attempt) => Promise<Report | undefined>

export interface WorkerOptions {
  readonly registration: Registration
  readonly registerForMs?: number
  /** Where it keeps what it has taken on: as the environment says when not given; null for memory alone. */
  readonly store?: StoreConfig | null
  /** Ends after so many tasks. */
  readonly limit?: number
  /** What somebody should know: to stderr unless given. */
  readonly onNotice?: (sentence: string) => void
  readonly onRegistered?: (workerId: string) => void
  readonly onFinished?: (task: ClaimedTask, attempt: number, result: Task | Error | undefined) => void
}

const LONG_POLL_MS = 20_000
const IDLE_MS = 500
const LEFTOVERS_MS = 10_000

export class Worker {
  readonly #client: Client
  readonly #options: WorkerOptions
  readonly #draining = new AbortController()
  readonly #drained = new Promise<void>((resolve) => {
    this.#draining.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  readonly #leaving = new AbortController()
  readonly #running = new Map<Attempt, Promise<void>>()
  #drainAsked = false
  #full = false
  #started = 0

  constructor(client: Client, options: WorkerOptions) {
    this.#client = client
    this.#options = { onNotice: (sentence) => process.stderr.write(`rollcall: ${sentence}\n`), ...options }
  }

  /** Takes nothing new; `run` resolves once what it holds is released. */
  drain(): void {
    this.#draining.abort(new Error('the worker drains'))
  }

  /** Stops what still runs; the ledger is told that it was a shutdown. */
  abort(): void {
    this.drain()
    for (const attempt of this.#running.keys()) attempt.stop('shutdown', 'the worker shuts down')
    this.#leaving.abort(new Error('the worker shuts down'))
  }

  async run(handler: Handler): Promise<void> {
    const host = await openHost(this.#client, this.#options.store, this.#options.onNotice)
    try {
      const lease = await this.#open()
      if (lease) await this.#workUnder(lease, host, handler)
    } finally {
      host?.close()
    }
  }

  async #workUnder(lease: Lease, host: Host | undefined, handler: Handler): Promise<void> {
    this.#options.onRegistered?.(lease.workerId)
    try {
      await this.#deliverLeftovers(lease, host)
      while (!this.#draining.signal.aborted && this.#started < (this.#options.limit ?? Number.POSITIVE_INFINITY)) {
        await this.#claimInto(lease, host, handler)
      }
    } finally {
      await Promise.all(this.#running.values())
      await lease.close('the worker ended')
    }
  }

  /** Before anything new: what former processes of this host left. What cannot be delivered now waits for the next one. */
  async #deliverLeftovers({ workerId }: Lease, host: Host | undefined): Promise<void> {
    const { onNotice } = this.#options
    const { signal } = this.#draining
    await host?.deliverLeftovers({ workerId, signal, forMs: LEFTOVERS_MS, ...(onNotice ? { onNotice } : {}) })
  }

  /** Undefined when the worker was drained before it was registered. */
  async #open(): Promise<Lease | undefined> {
    const { signal } = this.#draining
    const onDrain = (drain: boolean) => {
      this.#drainAsked = drain
    }
    return await Lease.open(this.#client, { ...this.#options, onDrain, signal }).catch((error) => {
      if (signal.aborted) return undefined
      throw error
    })
  }

  async #claimInto(lease: Lease, host: Host | undefined, handler: Handler): Promise<void> {
    const room = this.#roomIn(host)
    if (room === 0) await Promise.race([...this.#running.values(), this.#drained])
    else if (this.#drainAsked || !this.#admits(host)) await this.#pause(IDLE_MS)
    else {
      const askedAt = performance.now()
      const tasks = await this.#claim(lease, room)
      for (const task of tasks) this.#start(lease, host, task, handler)
      // A ledger that does not wait must not be asked in a busy loop.
      if (tasks.length === 0 && performance.now() - askedAt < IDLE_MS) await this.#pause(IDLE_MS)
    }
  }

  #roomIn(host: Host | undefined): number {
    const { registration, limit = Number.POSITIVE_INFINITY } = this.#options
    const room = Math.min((registration.slots ?? 1) - this.#running.size, limit - this.#started)
    return Math.min(room, Math.max(1, host?.store.room ?? room))
  }

  /** No work is taken whose result would have no room on this host. */
  #admits(host: Host | undefined): boolean {
    const isFull = host !== undefined && host.store.room === 0
    if (isFull && !this.#full) this.#options.onNotice?.('the local store is full: nothing new is taken until it drains')
    this.#full = isFull
    return !isFull
  }

  /** A lost answer is asked for again under the same request id, and gives the same attempts. */
  async #claim(lease: Lease, max: number): Promise<readonly ClaimedTask[]> {
    const { signal } = this.#draining
    const claim = { workerId: lease.workerId, requestId: mintId(), max, waitMs: LONG_POLL_MS }
    let noted = false
    try {
      const { tasks } = await retry(
        () => this.#client.call('claimTasks', claim, { signal, timeoutMs: LONG_POLL_MS + 10_000 }),
        {
          signal,
          onRetry: (error) => {
            if (!noted) this.#options.onNotice?.(`no task can be claimed: ${error.message}; trying again`)
            noted = true
          },
        },
      )
      return tasks
    } catch (error) {
      if (signal.aborted) return []
      if (isTaskError(error) && (error.code === 'lease_expired' || error.code === 'not_found')) {
        if (lease.workerId === claim.workerId) await lease.renew()
        return []
      }
      throw error
    }
  }

  #start(lease: Lease, host: Host | undefined, task: ClaimedTask, handler: Handler): void {
    this.#started++
    const { onNotice } = this.#options
    const receipt = { taskId: task.id, attempt: task.attempt, workerId: lease.workerId }
    let record: AttemptRecord | undefined
    try {
      record = host && storedRecord(host.store, host.store.recordReceived(receipt), onNotice)
    } catch (error) {
      this.#giveBack(receipt, error)
      return
    }
    const options = { ...(onNotice ? { onNotice } : {}), ...(record ? { record } : {}) }
    const attempt = new Attempt(this.#client, lease, task, options)
    const running = this.#work(task, attempt, handler).finally(() => this.#running.delete(attempt))
    this.#running.set(attempt, running)
  }

  /** If this does not come through, the ledger finds that the attempt is not listed. */
  #giveBack(receipt: Work & { readonly workerId: string }, error: unknown): void {
    const reason = `its worker cannot keep it: ${error instanceof Error ? error.message : error}`
    this.#options.onNotice?.(`${receipt.taskId} is given back: ${reason}`)
    const report = { ...receipt, messageId: mintId(), outcome: 'interrupted' as const, reason }
    this.#client.call('finishAttempt', report).catch(() => undefined)
  }

  async #work(task: ClaimedTask, attempt: Attempt, handler: Handler): Promise<void> {
    const report = await outcomeOf(task, attempt, handler)
    if (!report) {
      await attempt.abandon()
      this.#options.onFinished?.(task, attempt.attempt, undefined)
      return
    }
    const result = await attempt.finish(report, this.#leaving.signal).catch((error: Error) => error)
    this.#options.onFinished?.(task, attempt.attempt, result)
  }

  /** Resolves after a while, or as soon as the worker drains. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#draining.signal }).catch(() => undefined)
  }
}

async function outcomeOf(task: ClaimedTask, attempt: Attempt, handler: Handler): Promise<Report | undefined> {
  try {
    const report = await handler(task, attempt)
    return attempt.stopped ? (report ?? reportOfStop(attempt.stopped)) : (report ?? { outcome: 'success' })
  } catch (error) {
    return attempt.stopped ? reportOfStop(attempt.stopped) : reportOfError(error)
  }
}
