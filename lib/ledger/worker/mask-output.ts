/** Secrets in output, masked before they are stored, also where two chunks share one. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan } from '#lib/db/types.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import { maskChunk, TAIL_LENGTH } from '#lib/task/redact.ts'
import type { Stream } from '#lib/task/schema.ts'

/** Looked at before a new chunk, and more of them only where these are small: a process may write letter by letter. */
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
  const begun = ends.filter(({ highest }) => highest > 0)
  const tails = yield* readLast(begun, CHUNKS)
  const small = begun.filter((end) => end.highest > CHUNKS && (tails.get(keyOf(end))?.length ?? 0) < TAIL_LENGTH)
  return new Map([...tails, ...(yield* readLast(small, TAIL_LENGTH))])
}

function* readLast(ends: readonly StreamEnd[], chunks: number): Plan<Map<string, string>> {
  const rows = yield* run(
    readOutputTails,
    ends.map(({ taskId, attempt, stream, highest }) => ({
      ...{ task_id: taskId, attempt, stream, above: highest - chunks },
    })),
  )
  const parts = new Map<string, string[]>()
  for (const { task_id, stream, tail } of rows) {
    // Columns of text, both of them.
    const key = keyOf({ taskId: task_id as string, stream: stream as Stream })
    const texts = parts.get(key)
    if (texts) texts.push(tail as string)
    else parts.set(key, [tail as string])
  }
  return new Map([...parts].map(([key, texts]) => [key, texts.join('').slice(-TAIL_LENGTH)]))
}

function keyOf({ taskId, stream }: Pick<StreamEnd, 'taskId' | 'stream'>): string {
  return `${taskId}/${stream}`
}

/** The messages of one attempt as they are to be stored. What follows a gap follows nothing that is known. */
export function maskMessages(
  messages: readonly OutputMessage[],
  tailOf: (stream: Stream) => string,
): readonly OutputMessage[] {
  const tails = { stdout: tailOf('stdout'), stderr: tailOf('stderr') }
  return messages.map((message) => {
    const tail = message.dropped ? null : tails[message.stream]
    const data = maskChunk(tail, message.data)
    tails[message.stream] = ((tail ?? '') + data).slice(-TAIL_LENGTH)
    return data === message.data ? message : { ...message, data }
  })
}
