/** Events of the ledger as server-sent events. `Last-Event-ID` resumes where a connection broke, without a gap. */

import { eventShownTo } from '#lib/ledger/index.ts'
import type { StreamEvents } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import type { ApiResponse, Reader } from './exchange.ts'
import { openFeed } from './feed.ts'
import type { Call } from './operations.ts'

/** Comments keep proxies from closing a quiet stream. */
const COMMENT_EVERY_MS = 15_000
/** How long a stream may outlive the token that it was opened with, beside what `authenticate` remembers. */
const ADMIT_EVERY_MS = 1500
/** A reader who takes longer to catch up is cut off; it comes back with the id of the last event that it saw. */
const CATCH_UP_MS = 5000

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
export async function openStream(
  { context, runtime: { tail, metrics } }: Call,
  opening: Opening,
): Promise<ApiResponse> {
  const { task, after } = opening.input as StreamEvents
  const feed = await openFeed(tail, opening.lastEventId || after)
  return {
    status: 200,
    headers: HEADERS,
    async stream(reader, signal) {
      const stopWatching = watch(opening.admit, feed.close)
      signal.addEventListener('abort', feed.close, { once: true })
      if (signal.aborted) feed.close()
      metrics.onStream(1)
      let keepsUp = reader.write('retry: 1000\n: rollcall\n\n')
      const comments = setInterval(() => keepsUp && reader.write(': \n\n'), COMMENT_EVERY_MS)
      while (keepsUp || (await catchesUp(reader, signal))) {
        const events = await feed.next()
        if (!events) break
        const wanted = events.filter((event) => task === undefined || event.taskId === task)
        keepsUp =
          wanted.length === 0 || reader.write(wanted.map((event) => toMessage(eventShownTo(context, event))).join(''))
      }
      metrics.onStream(-1)
      feed.close()
      stopWatching()
      clearInterval(comments)
    },
  }
}

/** False when it takes too long, or is over before. */
function catchesUp(reader: Reader, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CATCH_UP_MS, false)
    const stop = () => resolve(false)
    signal.addEventListener('abort', stop, { once: true })
    void reader.caughtUp().then(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
    if (signal.aborted) stop()
  })
}

/** Ends the stream when its token or session is no longer valid; a database that is away says nothing about that. */
function watch(admit: Opening['admit'], end: () => void): () => void {
  const timer = setInterval(() => {
    admit().catch((error: unknown) => {
      if (isTaskError(error) && error.code === 'unauthenticated') end()
    })
  }, ADMIT_EVERY_MS)
  return () => clearInterval(timer)
}

function toMessage(event: TaskEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
