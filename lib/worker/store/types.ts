/** What the local store keeps, as three narrow interfaces for those who use it. */
import type { OutputMessage } from '#lib/task/commands.ts'
import type { Stream } from '#lib/task/schema.ts'
import type { Report } from '../report.ts'

export interface AttemptKey {
  readonly taskId: string
  readonly attempt: number
}

export type LocalStatus = 'received' | 'running' | 'final' | 'interrupted'

/** One execution of a task by this host. Its number changes when the ledger lets it go on as another attempt. */
export interface Execution extends AttemptKey {
  readonly id: number
  /** Null until the ledger knows of it. */
  readonly workerId: string | null
  /** The createTask command of a start that could not be put on record with the ledger. */
  readonly start: string | null
  readonly status: LocalStatus
  readonly exitCode: number | null
  readonly truncated: Readonly<Record<Stream, boolean>>
  readonly shortened: boolean
  readonly receivedAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

export interface Receipt extends AttemptKey {
  readonly workerId?: string
  readonly start?: string
}

export interface Chunk extends AttemptKey {
  readonly id: string
  readonly stream: Stream
  readonly sequence: number
  readonly data: string
}

/** `details` is what a report holds beside outcome and exit code, as JSON; it is shortened where room is scarce. */
export interface Final {
  readonly outcome: Report['outcome']
  readonly exitCode?: number
  readonly details: string
}

export type Dropped = NonNullable<OutputMessage['dropped']>

/** Numbers are those of the store. */
export interface OutputEntry extends AttemptKey {
  readonly kind: 'output'
  readonly id: string
  readonly stream: Stream
  readonly sequence: number
  readonly data: string
  readonly dropped?: Dropped
}

export interface FinalEntry extends AttemptKey {
  readonly kind: 'final'
  readonly id: string
  readonly outcome: Report['outcome']
  readonly exitCode: number | null
  readonly details: string
}

export type OutboxMessage = OutputEntry | FinalEntry

/** `dropped`: it was larger than all the room there is. `late`: the result of its attempt is delivered already. */
export type Appended = 'kept' | 'duplicate' | 'dropped' | 'late'
export type Acked = 'acked' | 'already' | 'unknown'

export interface SpoolFigures {
  /** Output and final results that wait for their ack. */
  readonly pendingMessages: number
  readonly pendingBytes: number
  readonly pendingFinals: number
  /** Booked for final results that are still to come. */
  readonly reservedBytes: number
  readonly capBytes: number
}

export interface Range extends AttemptKey {
  readonly stream: Stream
  readonly from: number
  readonly to: number
}

export interface Snapshot {
  readonly received: readonly Execution[]
  readonly running: readonly Execution[]
  readonly finals: readonly FinalEntry[]
  /** Output that waits, as ranges without a hole. */
  readonly ranges: readonly Range[]
  readonly spool: SpoolFigures
  readonly hasDropped: boolean
}

/** What must be asked before work is taken. */
export interface ReceiptStore {
  /** Again for the same attempt: the first record as it is now. Refuses with reserve_unavailable. */
  recordReceived(receipt: Receipt): Execution
  recordStarted(key: AttemptKey): Execution
  find(key: AttemptKey): Execution | undefined
}

/** What waits to be delivered. */
export interface ResultOutbox {
  /** In the order of each stream. Dropped is not acked: a marker on the next message tells of it. */
  appendOutputChunk(chunk: Chunk): Appended
  /** The first one counts. */
  recordFinal(key: AttemptKey, final: Final): FinalEntry
  ackMessage(id: string): Acked
  /** Oldest first, at most `limit`. */
  unackedMessages(limit?: number): OutboxMessage[]
  /** What waits of one stream, from this number on. */
  replay(key: AttemptKey, stream: Stream, fromSequence: number, limit?: number): OutputEntry[]
}

/** What a new process does with the store of a dead one. */
export interface RecoveryStore {
  snapshot(): Snapshot
  /** Each gets the exit code -1 and one final message. What has been marked before is not marked again. */
  markInterruptedRunningTasks(): Execution[]
  unackedMessages(limit?: number): OutboxMessage[]
}

export type Highest = Readonly<Record<Stream, number>>

/** Where the output of one attempt waits until the ledger acked it. Numbers are those that the ledger knows. */
export interface OutputStore {
  readonly size: number
  readonly isEmpty: boolean
  /** Numbers the text within its stream and keeps it. */
  push(stream: Stream, data: string): void
  /** The oldest that wait, in order, as many as fit one request. They stay until settled. */
  head(): readonly OutputMessage[]
  /**
   * What the ledger has needs no resend; what lies between that and the first waiting one is marked as gone. Says how
   * many wait no longer.
   */
  settle(acked: readonly string[], highest: Highest): number
  /** Gives one up that the ledger will never take; the next of its stream says so. */
  drop(id: string): void
  /** Numbers what waits from 1 again: the streams of a new attempt. */
  renumber(): void
}
