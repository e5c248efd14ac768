/** Events of the ledger as server-sent events. `Last-Event-ID` resumes where a connection broke, without a gap. */

import type { StreamEvents } from '#lib/task/commands.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import type { Call } from './operations.ts'
import type { ApiResponse } from './respond.ts'

/** Comments keep proxies from closing a quiet stream. */
const COMMENT_EVERY_MS = 15_000

/** Writes to the connection until the signal aborts. `write` answers false when the reader is too far behind. */
export type Stream = (write: (text: string) => boolean, signal: AbortSignal) => Promise<void>

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

export function openStream({ runtime: { tail } }: Call, input: unknown, lastEventId: string | undefined): ApiResponse {
  // Parsed by the endpoint's schema.
  const { task, after } = input as StreamEvents
  return {
    status: 200,
    headers: HEADERS,
    async stream(write, signal) {
      write('retry: 1000\n: rollcall\n\n')
      const stop = await tail.subscribe(lastEventId ?? after, (events) => {
        const text = events
          .filter((event) => task === undefined || event.taskId === task)
          .map(toMessage)
          .join('')
        if (text !== '') write(text)
      })
      const comments = setInterval(() => write(': \n\n'), COMMENT_EVERY_MS)
      await aborted(signal)
      clearInterval(comments)
      stop()
    },
  }
}

function toMessage(event: TaskEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
