/**
 * One incarnation of a worker after the other, and the attempts it holds.
 *
 * Invariant: `held` is exactly what this process works on, and every heartbeat lists it. When the ledger no longer
 * takes heartbeats of this incarnation, a new one is registered and every held attempt is reattached or stopped.
 */
import { uptime } from 'node:os'
import type { EndpointOutput } from '#lib/contract.ts'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import type { Worker } from '#lib/task/schema.ts'
import { ANSWERS, fits } from './answers.ts'
import type { Client } from './client.ts'
import { type Answered, type Beaten, Heartbeats, secondsOf } from './heartbeats.ts'
import { endLeftovers } from './leftovers.ts'
import { isTakenOver, type Registered, type Registration, reattach, register } from './registration.ts'
import { isRetryable, retry } from './retry.ts'
import { Unlisted } from './unlisted.ts'

/**
 * Why work is stopped: taken over; cancelled; the lease can be over elsewhere before the ledger answers again; or the
 * worker itself shall end now.
 */
export type StopCause = 'lost' | 'cancel' | 'overdue' | 'shutdown'

/** An attempt that this process works on. */
export interface Held {
  readonly taskId: string
  readonly attempt: number
  /** What is frozen while the lease is doubtful; work without one is stopped instead, shortly before it is over. */
  readonly processGroup?: number | undefined
  stop(cause: StopCause, detail: string): void
  /** The ledger let it go on, under a new incarnation and perhaps as a new attempt. */
  reattached(attempt: number): void
}

export interface LeaseOptions {
  readonly registration: Registration
  /** How long to try to register at first. */
  readonly registerForMs?: number
  readonly signal?: AbortSignal
  /** How long work is kept frozen for a ledger that does not answer, before it is ended. */
  readonly holdMs?: number
  /** Nothing that is held runs in this thread, so heartbeats may begin a moment later. */
  readonly lazily?: boolean
  readonly onDrain?: (drain: boolean) => void
  readonly onNotice?: (sentence: string) => void
}

const HOLD_MS = 15 * 60_000

export class Lease {
  readonly #client: Client
  readonly #options: LeaseOptions
  readonly #held = new Set<Held>()
  /** Held, but under an incarnation that is over: not listed until the ledger lets them go on. */
  readonly #reattaching = new Set<Held>()
  readonly #unlisted: Unlisted
  readonly #closed = new AbortController()
  readonly #heartbeats: Heartbeats
  #registered: Registered
  #renewal: Promise<void> | undefined
  #troubled = false

  /** Ends what dead workers of this host left running, registers a worker and starts its heartbeats. */
  static async open(client: Client, options: LeaseOptions): Promise<Lease> {
    const { registerForMs, signal } = options
    for (const { taskId } of endLeftovers()) options.onNotice?.(`ended what a killed rollcall had left of ${taskId}`)
    const limits = { ...(registerForMs === undefined ? {} : { forMs: registerForMs }), ...(signal ? { signal } : {}) }
    const onRetry = (error: Error, tries: number) => {
      if (tries === 1) options.onNotice?.(`${error.message}; trying again`)
    }
    const registered = await retry(() => register(client, options.registration), {
      ...limits,
      onRetry,
    })
    return new Lease(client, options, registered)
  }

  private constructor(client: Client, options: LeaseOptions, registered: Registered) {
    this.#client = client
    this.#options = options
    this.#unlisted = new Unlisted(client)
    this.#registered = registered
    const events = {
      answered: (answer: Answered) => this.#answered(answer),
      overdue: (concerned: readonly Beaten[], silentMs: number) => this.#stopOverdue(concerned, silentMs),
      notice: (sentence: string) => this.#notice(sentence),
    }
    this.#heartbeats = new Heartbeats(client, registered, options.holdMs ?? HOLD_MS, events, options.lazily)
  }

  get workerId(): string {
    return this.worker.id
  }

  get worker(): Worker {
    return this.#registered.worker
  }

  /** Resolves once no new incarnation is being registered. */
  async settled(): Promise<void> {
    await this.#renewal
  }

  hold(item: Held): void {
    this.#held.add(item)
    this.update()
  }

  release(item: Held): void {
    this.#held.delete(item)
    this.update()
  }

  /** Its process group is stopped, and goes on when the ledger has answered. */
  isFrozen(item: Held): boolean {
    return this.#heartbeats.isFrozen(item.processGroup)
  }

  /** Resolves once all that is held is frozen; it goes on with the next heartbeat that is accepted. */
  pause(): Promise<void> {
    return this.#heartbeats.pause()
  }

  /** Tells the heartbeats what is held now, and as which process group. */
  update(): void {
    const held = [...this.#held].map((item) => ({
      taskId: item.taskId,
      attempt: item.attempt,
      processGroup: item.processGroup,
      listed: !this.#reattaching.has(item),
    }))
    this.#heartbeats.list(held)
  }

  /** The ledger refuses this incarnation: register anew and reattach. Safe to ask for more than once. */
  renew(): Promise<void> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  /** Says goodbye: what is still held is interrupted at once, with the cause "shutdown". */
  async close(reason: string): Promise<void> {
    this.#closed.abort(new Error('the worker stopped'))
    const goodbye = () => this.#client.call('stopWorker', { workerId: this.workerId, reason }, { timeoutMs: 2000 })
    await Promise.all([this.#heartbeats.end(), retry(goodbye, { forMs: 3000 }).catch(() => undefined)])
  }

  #answered({ status, text, isOver }: Answered): void {
    if (status === 200) {
      if (this.#troubled) this.#notice('the ledger takes heartbeats again')
      this.#troubled = false
      this.#heard(text)
      return
    }
    if (isOver) {
      this.renew().catch(() => undefined)
      return
    }
    if (this.#troubled) return
    this.#troubled = true
    this.#notice(
      status === 0 ? 'the ledger cannot be reached; trying again' : `the ledger answers heartbeats with ${status}`,
    )
  }

  #heard(text: string): void {
    const answer: EndpointOutput<'heartbeat'> = JSON.parse(text)
    if (!fits(answer, ANSWERS.heartbeat))
      throw new TaskError('unavailable', 'a heartbeat was not answered as Rollcall does')
    for (const { taskId, attempt, verdict } of answer.held) {
      const item = this.#itemOf(taskId, attempt)
      if (verdict === 'lost') item?.stop('lost', 'the ledger gave the task to somebody else')
      if (verdict === 'cancel') item?.stop('cancel', 'the ledger asked to cancel the task')
    }
    const unknown = answer.held.filter((each) => each.verdict === 'unknown' && !this.#itemOf(each.taskId, each.attempt))
    this.#unlisted.note(this.workerId, unknown, this.#registered.leaseMs / 2)
    this.#options.onDrain?.(answer.drain)
  }

  #itemOf(taskId: string, attempt: number): Held | undefined {
    return [...this.#held].find((each) => each.taskId === taskId && each.attempt === attempt)
  }

  #stopOverdue(concerned: readonly Beaten[], silentMs: number): void {
    for (const { taskId, attempt, processGroup } of concerned) {
      const why = processGroup ? 'frozen for too long' : 'stopped before the lease could be over elsewhere'
      const detail = `no heartbeat was accepted for ${secondsOf(silentMs)}; ${why}`
      this.#itemOf(taskId, attempt)?.stop('overdue', detail)
    }
  }

  async #renew(): Promise<void> {
    if (await this.#restore()) return
    const { signal } = this.#closed
    this.#registered = await retry(() => register(this.#client, this.#options.registration), { signal })
    for (const item of this.#held) this.#reattaching.add(item)
    this.update()
    this.#heartbeats.retarget(this.#registered)
    this.#notice(`the lease was over; registered anew as worker ${this.workerId}`)
    await Promise.all([...this.#reattaching].map((item) => this.#reattach(item)))
  }

  /** Nobody may have noticed yet that the lease was over: then it is given back, and covers all that is held. */
  async #restore(): Promise<boolean> {
    for (const item of this.#held) {
      const sentAt = uptime() * 1000
      try {
        item.reattached(await reattach(this.#client, this.workerId, item, this.#closed.signal))
        this.#registered = { ...this.#registered, sentAt }
        this.#heartbeats.retarget(this.#registered)
        this.#notice('the lease was over; the ledger gave it back')
        return true
      } catch (error) {
        if (!isTakenOver(error)) return false
        item.stop('lost', `it cannot go on: ${error.message}`)
      }
    }
    return false
  }

  async #reattach(item: Held): Promise<void> {
    try {
      item.reattached(await reattach(this.#client, this.workerId, item, this.#closed.signal))
    } catch (error) {
      if (isTaskError(error) && !isRetryable(error)) item.stop('lost', `it cannot go on: ${error.message}`)
    } finally {
      this.#reattaching.delete(item)
      this.update()
    }
  }

  #notice(sentence: string): void {
    this.#options.onNotice?.(sentence)
  }
}
