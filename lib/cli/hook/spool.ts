/**
 * A session's folder in the state folder: what its hooks said, in order, and what its keeper knows.
 *
 * Invariant: hooks only append to `events`; `record` is written by the keeper alone, which owns `keeper.lock`.
 */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from '#lib/worker/state-path.ts'
import type { AgentProcess } from './agent.ts'
import type { HookEvent } from './event.ts'
import { isOwned, takeLock } from './lock.ts'

/** What must survive the keeper: under which task and attempt the session is on record. */
export interface SessionRecord {
  readonly taskId: string
  readonly attempt: number | null
  /** How far `events` has been taken over. */
  readonly offset: number
  /** How many turns have ended, and whether one is under way. */
  readonly turns: number
  readonly working: boolean
}

/** A session that talks for days with no ledger to hear it: its tool calls are dropped first. */
const EVENTS_BYTES = 1024 * 1024
const NEVER_DROPPED: readonly HookEvent['name'][] = ['SessionStart', 'UserPromptSubmit', 'Stop', 'SessionEnd']

export class Spool {
  readonly folder: string

  constructor(sessionId: string, statePath?: string) {
    const name = createHash('sha256').update(sessionId).digest('hex').slice(0, 32)
    this.folder = join(stateFolder('hooks', statePath), name)
  }

  get exists(): boolean {
    return existsSync(this.#path('events'))
  }

  append(event: HookEvent, agent: AgentProcess | undefined): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const events = this.#path('events')
    const isFull = existsSync(events) && statSync(events).size > EVENTS_BYTES
    if (isFull && !NEVER_DROPPED.includes(event.name)) return
    if (agent && this.agent()?.pid !== agent.pid) this.#write('agent', agent)
    appendFileSync(events, `${JSON.stringify(event)}\n`)
  }

  /** The whole lines from the offset on, and the offset behind them. */
  read(offset: number): { events: HookEvent[]; offset: number } {
    const bytes = readFileSync(this.#path('events')).subarray(offset)
    const end = bytes.lastIndexOf(10) + 1
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean)
    // Written by `append`.
    return { events: lines.map((line) => JSON.parse(line) as HookEvent), offset: offset + end }
  }

  agent(): AgentProcess | undefined {
    return this.#read<AgentProcess>('agent')
  }

  record(): SessionRecord | undefined {
    return this.#read<SessionRecord>('record')
  }

  save(record: SessionRecord): void {
    this.#write('record', record)
  }

  isKept(): boolean {
    return isOwned(this.#path('keeper.lock'))
  }

  /** False when another keeper is at work. */
  keep(): boolean {
    return takeLock(this.#path('keeper.lock'))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.folder, name)
  }

  #read<T>(name: string): T | undefined {
    try {
      // Written by this class.
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as T
    } catch {
      return undefined
    }
  }

  /** Whole or not at all: a reader never sees half of it. */
  #write(name: string, value: unknown): void {
    const next = this.#path(`${name}.${process.pid}`)
    writeFileSync(next, JSON.stringify(value))
    renameSync(next, this.#path(name))
  }
}
