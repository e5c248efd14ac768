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
}

type FromThread =
  | Answered
  | { readonly overdue: readonly Beaten[]; readonly silentMs: number }
  | { readonly frozen: readonly number[]; readonly silentMs: number }
  | { readonly paused: true }

export class Heartbeats {
  readonly #client: Client
  readonly #events: HeartbeatEvents
  readonly #thread: Thread
  #groups: readonly (number | undefined)[] = []
  #frozen: readonly number[] = []
  #paused = () => {}

  constructor(client: Client, registered: Registered, holdMs: number, events: HeartbeatEvents) {
    this.#client = client
    this.#events = events
    this.#thread = new Thread(new URL('./heartbeat-thread.mjs', import.meta.url), {
      workerData: { token: client.token, target: targetOf(client, registered), holdMs },
    })
    this.#thread.on('message', (message: FromThread) => this.#told(message))
    // Without heartbeats no lease can be kept: better to fail at once and be recovered than to work on unseen.
    this.#thread.on('error', (error) => {
      throw error
    })
  }

  list(held: readonly Beaten[]): void {
    this.#groups = held.map(({ processGroup }) => processGroup)
    this.#thread.postMessage({ held })
  }

  retarget(registered: Registered): void {
    this.#thread.postMessage({ target: targetOf(this.#client, registered) })
  }

  isFrozen(processGroup: number | undefined): boolean {
    return processGroup !== undefined && this.#frozen.includes(processGroup)
  }

  /** Resolves once all process groups are frozen; they go on with the next heartbeat that is accepted. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#paused = resolve
      this.#thread.postMessage({ pause: true })
    })
  }

  async end(): Promise<void> {
    await this.#thread.terminate()
  }

  #told(message: FromThread): void {
    if ('paused' in message) this.#paused()
    else if ('overdue' in message) this.#events.overdue(message.overdue, message.silentMs)
    else if ('frozen' in message) this.#noteFrozen(message.frozen, message.silentMs)
    else this.#events.answered(message)
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
