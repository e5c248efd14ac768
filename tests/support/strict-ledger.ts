/** A ledger that takes output and results as the real one does, and remembers what each task has of them. */
import type { OutputMessage } from '#lib/task/commands.ts'
import type { Stream } from '#lib/task/schema.ts'
import { beat, type FakeLedger, problem, registration, startFakeLedger, taskRecord } from './fake-ledger.ts'

export interface Kept {
  /** In the order in which it was taken. */
  readonly messages: OutputMessage[]
  readonly highest: Record<Stream, number>
  /** Each message id that a final result came under, with its outcome. */
  readonly finals: Map<string, { outcome: string; exitCode?: number }>
}

export interface StrictLedger {
  readonly ledger: FakeLedger
  /** What is on record of a task; undefined when it was never put on record. */
  kept(taskId: string): Kept | undefined
  text(taskId: string, stream: Stream): string
}

export async function startStrictLedger(): Promise<StrictLedger> {
  const tasks = new Map<string, Kept>()
  const ledger = await startFakeLedger({
    registerWorker: () => registration({ heartbeatMs: 100 }),
    heartbeat: (input) => beat(input),
    stopWorker: () => registration(),
    createTask: ({ id }) => {
      if (tasks.has(String(id))) return problem('duplicate_task', 'the id is taken')
      tasks.set(String(id), { messages: [], highest: { stdout: 0, stderr: 0 }, finals: new Map() })
      return { task: taskRecord({ id: String(id) }) }
    },
    getTask: ({ taskId }) => ({
      task: taskRecord({ id: String(taskId) }),
      attempts: [],
      session: null,
      compensations: [],
      lateReports: [],
      successorId: null,
    }),
    appendOutput: ({ taskId, messages }) => {
      const kept = tasks.get(String(taskId))
      return kept ? take(kept, messages as OutputMessage[]) : problem('not_found', 'no such task')
    },
    finishAttempt: ({ taskId, messageId, outcome, exitCode }) => {
      const kept = tasks.get(String(taskId))
      if (!kept) return problem('not_found', 'no such task')
      kept.finals.set(String(messageId), { outcome: String(outcome), exitCode: Number(exitCode) })
      return { task: taskRecord({ id: String(taskId), status: 'success' }) }
    },
  })
  return {
    ledger,
    kept: (taskId) => tasks.get(taskId),
    text: (taskId, stream) =>
      (tasks.get(taskId)?.messages ?? [])
        .filter((message) => message.stream === stream)
        .map(({ data }) => data)
        .join(''),
  }
}

/** Duplicates are acked again; nothing is taken from behind a gap unless a marker bridges it. */
function take({ messages, highest }: Kept, given: readonly OutputMessage[]) {
  const acked: string[] = []
  for (const message of given) {
    const first = message.dropped?.from ?? message.sequence
    if (message.sequence <= highest[message.stream]) acked.push(message.id)
    else if (first <= highest[message.stream] + 1) {
      highest[message.stream] = message.sequence
      messages.push(message)
      acked.push(message.id)
    }
  }
  return { acked, highest: { ...highest } }
}
