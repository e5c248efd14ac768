/** Secrets in output, masked before they are stored, also where two chunks share one. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import { maskChunk, TAIL_LENGTH } from '#lib/task/redact.ts'
import type { Stream } from '#lib/task/schema.ts'

/** Looked at before a new chunk; a process that writes letter by letter makes many small ones. */
const CHUNKS = 8

export interface StreamEnd {
  readonly taskId: string
  readonly attempt: number
  readonly stream: Stream
  /** The highest sequence that is stored. */
  readonly highest: number
}

const readOutputTails = statement(
  'readOutputTails',
  (d) => `SELECT o.task_id, o.stream, ${d.tail('o.data', TAIL_LENGTH)} AS tail
    FROM ${d.rows('task_id text, attempt integer, stream text, above integer')}
    JOIN task_output AS o ON o.task_id = c.task_id AND o.attempt = c.attempt AND o.stream = c.stream AND o.sequence > c.above
    ORDER BY o.task_id, o.stream, o.sequence`,
)

/** How each stream ends so far, as it is stored, by `task/stream`. */
export function* readTails(ends: readonly StreamEnd[]): Plan<Map<string, string>> {
  const rows = yield* run(
    readOutputTails,
    ends
      .filter(({ highest }) => highest > 0)
      .map(({ taskId, attempt, stream, highest }) => ({ task_id: taskId, attempt, stream, above: highest - CHUNKS })),
  )
  const tails = new Map<string, string>()
  for (const { task_id, stream, tail } of rows) {
    const key = `${task_id}/${stream}`
    tails.set(key, ((tails.get(key) ?? '') + tail).slice(-TAIL_LENGTH))
  }
  return tails
}

/** The messages of one attempt as they are to be stored. What follows a gap follows nothing that is known. */
export function maskMessages(
  messages: readonly OutputMessage[],
  tailOf: (stream: Stream) => string,
): readonly OutputMessage[] {
  const tails = { stdout: tailOf('stdout'), stderr: tailOf('stderr') }
  return messages.map((message) => {
    const tail = message.dropped ? '' : tails[message.stream]
    const data = maskChunk(tail, message.data)
    tails[message.stream] = (tail + data).slice(-TAIL_LENGTH)
    return data === message.data ? message : { ...message, data }
  })
}
