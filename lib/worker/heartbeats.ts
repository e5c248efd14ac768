/** The main thread's side of the heartbeat thread: what it is told, and what it tells. */
import { Worker as Thread } from 'node:worker_threads'
import type { Client } from './client.ts'
import { type Registered, targetOf } from './registration.ts'

/** An attempt as the heartbeats list it. */
export interface Beaten {
  readonly taskId: string
  readonly attempt: number
  readonly processGroup?: number | undefined
  /** False while the ledger has not let it go on. */
  readonly listed: boolean
}

export interface HeartbeatEvents {
  /** What the ledger said to a heartbeat; `isOver` when it no longer takes any of this incarnation. */
  answered(answer: Answered): void
  /** Too long without an accepted heartbeat: the lease will soon be over, or the work was frozen for holdMs. */
  overdue(concerned: readonly Beaten[], silentMs: number): void
  notice(sentence: string): void
}

export interface Answered {
  readonly status: number
  readonly text: string
  readonly isOver: boolean
  /** When the lease was asked for that the heartbeat renews. */
  readonly targetSentAt: number
}

type FromThread =
  | Answered
  | { readonly overdue: readonly Beaten[]; readonly silentMs: number }
  | { readonly frozen: readonly number[]; readonly silentMs: number }
  | { readonly paused: true }

const LAZY_MS = 1000

export class Heartbeats {
  readonly #client: Client
  readonly #events: HeartbeatEvents
  readonly #holdMs: number
  #registered: Registered
  #thread: Thread | undefined
  #waiting: NodeJS.Timeout | undefined
  #held: readonly Beaten[] = []
  #frozen: readonly number[] = []
  #paused = () => {}

  /** `lazily`: with the first process group, or within a second. For work that cannot block this thread. */
  constructor(client: Client, registered: Registered, holdMs: number, events: HeartbeatEvents, lazily = false) {
    this.#client = client
    this.#events = events
    this.#holdMs = holdMs
    this.#registered = registered
    if (lazily) this.#waiting = setTimeout(() => this.#begin(), LAZY_MS)
    else this.#begin()
  }

  list(held: readonly Beaten[]): void {
    this.#held = held
    if (this.#groups.length > 0) this.#begin()
    this.#thread?.postMessage({ held })
  }

  retarget(registered: Registered): void {
    this.#registered = registered
    this.#thread?.postMessage({ target: targetOf(this.#client, registered) })
  }

  isFrozen(processGroup: number | undefined): boolean {
    return processGroup !== undefined && this.#frozen.includes(processGroup)
  }

  /** Resolves once all process groups are frozen; they go on with the next heartbeat that is accepted. */
  async pause(): Promise<void> {
    const thread = this.#begin()
    await new Promise<void>((resolve) => {
      this.#paused = resolve
      thread.postMessage({ pause: true })
    })
  }

  async end(): Promise<void> {
    clearTimeout(this.#waiting)
    await this.#thread?.terminate()
  }

  get #groups(): number[] {
    return this.#held.flatMap(({ processGroup }) => processGroup ?? [])
  }

  #begin(): Thread {
    clearTimeout(this.#waiting)
    if (this.#thread) return this.#thread
    const thread = new Thread(new URL('./heartbeat-thread.mjs', import.meta.url), {
      workerData: {
        token: this.#client.token,
        target: targetOf(this.#client, this.#registered),
        held: this.#held,
        holdMs: this.#holdMs,
      },
    })
    thread.on('message', (message: FromThread) => this.#told(message))
    // Without heartbeats no lease can be kept: better to fail at once and be recovered than to work on unseen.
    thread.on('error', (error) => {
      throw error
    })
    this.#thread = thread
    return thread
  }

  #told(message: FromThread): void {
    if ('paused' in message) this.#paused()
    else if ('overdue' in message) this.#events.overdue(message.overdue, message.silentMs)
    else if ('frozen' in message) this.#noteFrozen(message.frozen, message.silentMs)
    // One about a lease that has another in its place by now would end what has only just begun.
    else if (message.targetSentAt === this.#registered.sentAt) this.#events.answered(message)
  }

  #noteFrozen(frozen: readonly number[], silentMs: number): void {
    const goesOn = this.#frozen.some((group) => !frozen.includes(group) && this.#groups.includes(group))
    if (frozen.some((group) => !this.isFrozen(group))) {
      this.#events.notice(`frozen until the ledger answers; the last accepted heartbeat is ${secondsOf(silentMs)} old`)
    } else if (goesOn) this.#events.notice('the ledger answered: what was frozen goes on')
    this.#frozen = frozen
  }
}

export function secondsOf(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
