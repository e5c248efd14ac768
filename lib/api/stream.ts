/** Events of the ledger as server-sent events. `Last-Event-ID` resumes where a connection broke, without a gap. */

import type { StreamEvents } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import type { Call } from './operations.ts'
import type { ApiResponse } from './respond.ts'

/** Comments keep proxies from closing a quiet stream. */
const COMMENT_EVERY_MS = 15_000
/** How long a stream may outlive the token that it was opened with, beside what `authenticate` remembers. */
const ADMIT_EVERY_MS = 1500

/** Writes to the connection until the signal aborts. `write` answers false when the reader is too far behind. */
export type Stream = (write: (text: string) => boolean, signal: AbortSignal) => Promise<void>

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

interface Opening {
  /** Parsed by the endpoint's schema. */
  readonly input: unknown
  readonly lastEventId: string | undefined
  /** Rejects once whoever opened the stream may no longer read it. */
  admit(): Promise<unknown>
}

/** Subscribes before it answers, so that a cursor that is none and a database that is away are told as errors. */
export async function openStream({ runtime: { tail } }: Call, opening: Opening): Promise<ApiResponse> {
  const { task, after } = opening.input as StreamEvents
  let waiting = 'retry: 1000\n: rollcall\n\n'
  let write = (text: string): unknown => {
    waiting += text
    return true
  }
  const unsubscribe = await tail.subscribe(opening.lastEventId || after, (events) => {
    const wanted = events.filter((event) => task === undefined || event.taskId === task)
    if (wanted.length > 0) write(wanted.map(toMessage).join(''))
  })
  return {
    status: 200,
    headers: HEADERS,
    async stream(writeOut, signal) {
      write = writeOut
      write(waiting)
      const comments = setInterval(() => write(': \n\n'), COMMENT_EVERY_MS)
      const admission = watch(opening.admit)
      await Promise.race([aborted(signal), admission.ended])
      admission.stop()
      clearInterval(comments)
      unsubscribe()
    },
  }
}

/** Ends when the token or the session is no longer valid; a database that is away says nothing about that. */
function watch(admit: Opening['admit']): { ended: Promise<void>; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      admit().catch((error: unknown) => {
        if (isTaskError(error) && error.code === 'unauthenticated') resolve()
      })
    }, ADMIT_EVERY_MS)
  })
  return { ended, stop: () => clearInterval(timer) }
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
