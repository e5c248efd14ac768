/** What an attempt leaves on this host while it goes on, so that a death of the process loses nothing of it. */
import { mintId } from './mint-id.ts'
import type { Report } from './report.ts'
import type { LocalStore } from './store/local-store.ts'
import { memoryStore } from './store/memory.ts'
import { SpooledOutput } from './store/spooled-output.ts'
import type { Execution, FinalEntry, OutputStore } from './store/types.ts'

/** A report as it is sent, however often. */
export interface FinalReport {
  readonly messageId: string
  readonly report: Report
}

export interface AttemptRecord {
  readonly output: OutputStore
  started(): void
  /** The ledger lets it go on, under this worker and as this attempt. */
  held(workerId: string, attempt: number): void
  /** Before it is sent. */
  finished(report: Report): FinalReport
  /** The ledger has answered the report. */
  delivered(): void
  /** There is nothing to report: somebody else has it, or says it. */
  abandoned(options: { readonly keepOutput: boolean }): void
}

/** Lost with the process. */
export function memoryRecord(): AttemptRecord {
  const nothing = () => undefined
  return {
    output: memoryStore(),
    started: nothing,
    held: nothing,
    finished: (report) => ({ messageId: mintId(), report }),
    delivered: nothing,
    abandoned: nothing,
  }
}

/** Once the work goes on, a store that fails costs its promises and not the work. */
export function storedRecord(
  store: LocalStore,
  { id, taskId }: Execution,
  onTrouble: (sentence: string) => void = () => undefined,
): AttemptRecord {
  const spare = memoryRecord()
  const orElse = <T>(write: () => T, instead: () => T): T => {
    try {
      return write()
    } catch (error) {
      onTrouble(`the local store failed (${messageOf(error)}); what it should keep of ${taskId} is in memory only`)
      return instead()
    }
  }
  const key = () => {
    const execution = store.read(id)
    if (!execution) throw new Error(`the local store has lost task ${taskId}`)
    return execution
  }
  return {
    output: new SpooledOutput(store, id),
    started: () => void store.recordStarted(key()),
    held: (workerId, attempt) => orElse(() => store.recordHolder(id, { taskId, attempt, workerId }), spare.delivered),
    finished(report) {
      const { outcome, exitCode, ...details } = report
      const final = { outcome, ...(exitCode === undefined ? {} : { exitCode }), details: JSON.stringify(details) }
      return orElse(
        () => reportOfEntry(store.recordFinal(key(), final)),
        () => spare.finished(report),
      )
    },
    delivered: () => orElse(() => store.recordDelivered(id), spare.delivered),
    abandoned: (options) => orElse(() => store.recordAbandoned(id, options), spare.delivered),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What was recorded is what is sent: it may have been shortened. */
export function reportOfEntry({ id, outcome, exitCode, details }: FinalEntry): FinalReport {
  // Written by `finished` above.
  const rest = details === '' ? {} : (JSON.parse(details) as Omit<Report, 'outcome' | 'exitCode'>)
  return { messageId: id, report: { ...rest, outcome, ...(exitCode === null ? {} : { exitCode }) } }
}
