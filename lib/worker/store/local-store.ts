/**
 * The local store: what this host has taken on, and what the ledger has not acked of it.
 *
 * Invariant: an attempt that was received has room for its final result; a status only moves forward; what was written
 * is on disk before the call returns, and stays until it is acked or, output only, dropped with a marker.
 */
import type { Stream } from '#lib/task/schema.ts'
import { checkStoreConfig, type StoreLimits } from './config.ts'
import { Connection } from './connection.ts'
import { markInterruptedReceivedTasks, markInterruptedRunningTasks, recordFinal, settleOutput } from './finish.ts'
import { findExecution, type Local, readExecution, undelivered } from './local.ts'
import { ackMessage, replay, unackedMessages } from './messages.ts'
import { appendOutputChunk } from './output.ts'
import { recordHolder, recordReceived, recordStarted, roomForAttempts } from './receive.ts'
import { discardOutput, recordAbandoned, recordDelivered } from './settle.ts'
import { snapshot, spoolFigures } from './snapshot.ts'
import type {
  Acked,
  Appended,
  AttemptKey,
  Chunk,
  Execution,
  Final,
  FinalEntry,
  OutboxMessage,
  OutputEntry,
  Receipt,
  ReceiptStore,
  RecoveryStore,
  ResultOutbox,
  Snapshot,
  SpoolFigures,
} from './types.ts'

export interface LocalStoreOptions extends StoreLimits {
  /** The folder of this one store. */
  readonly folder: string
  readonly now?: () => number
}

export class LocalStore implements ReceiptStore, ResultOutbox, RecoveryStore {
  readonly local: Local

  static async open({ folder, now = Date.now, ...limits }: LocalStoreOptions): Promise<LocalStore> {
    checkStoreConfig({ statePath: folder, ...limits })
    const db = await Connection.open(folder, fileBytesOf(limits))
    const store = new LocalStore({ folder, db, limits, now })
    store.#makeUp()
    return store
  }

  private constructor(local: Local) {
    this.local = local
  }

  get figures(): SpoolFigures {
    return spoolFigures(this.local)
  }

  /** For how many attempts more there is room. */
  get room(): number {
    return roomForAttempts(this.local)
  }

  recordReceived(receipt: Receipt): Execution {
    return recordReceived(this.local, receipt)
  }

  recordStarted(key: AttemptKey): Execution {
    return recordStarted(this.local, key)
  }

  /** Who holds it on the ledger's record, and as which attempt. */
  recordHolder(executionId: number, holder: AttemptKey & { workerId: string }): void {
    recordHolder(this.local, executionId, holder)
  }

  /** The ledger has answered the final result. */
  recordDelivered(executionId: number): void {
    recordDelivered(this.local, executionId)
  }

  /** It is not this host's to report. */
  recordAbandoned(executionId: number, { keepOutput }: { readonly keepOutput: boolean }): void {
    recordAbandoned(this.local, executionId, keepOutput)
  }

  discardOutput(executionId: number): void {
    discardOutput(this.local, executionId)
  }

  /** Executions of which something waits, the oldest first. */
  undelivered(): Execution[] {
    return undelivered(this.local)
  }

  appendOutputChunk(chunk: Chunk): Appended {
    return appendOutputChunk(this.local, chunk)
  }

  recordFinal(key: AttemptKey, final: Final): FinalEntry {
    return recordFinal(this.local, key, final)
  }

  ackMessage(id: string): Acked {
    return ackMessage(this.local, id)
  }

  unackedMessages(limit?: number): OutboxMessage[] {
    return unackedMessages(this.local, limit)
  }

  replay(key: AttemptKey, stream: Stream, fromSequence: number, limit?: number): OutputEntry[] {
    return replay(this.local, key, stream, fromSequence, limit)
  }

  find(key: AttemptKey): Execution | undefined {
    return findExecution(this.local, key)
  }

  read(executionId: number): Execution | undefined {
    return readExecution(this.local, executionId)
  }

  snapshot(): Snapshot {
    return snapshot(this.local)
  }

  markInterruptedRunningTasks(): Execution[] {
    return markInterruptedRunningTasks(this.local)
  }

  markInterruptedReceivedTasks(): Execution[] {
    return markInterruptedReceivedTasks(this.local)
  }

  close(): void {
    this.local.db.close()
  }

  /** The two files are two commits: what a death in between left undone in the other. */
  #makeUp(): void {
    const ended = this.local.db.all('SELECT id FROM main.local_task_executions WHERE ended_at IS NOT NULL')
    for (const row of ended) settleOutput(this.local, Number(row.id))
  }
}

/** Rows, indices and free pages take more than the text itself. */
function fileBytesOf({ capBytes }: StoreLimits): number {
  return capBytes + capBytes / 4 + 1024 * 1024
}
