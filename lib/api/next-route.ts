/** The same API as a route of Next, for hosts that can only run `next start`. */
import { API_HANDLER } from '#lib/contract.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { ApiRequest, Reader, Stream } from './exchange.ts'
import { type ApiHandler, READ_HEADERS } from './handler.ts'
import { runtime } from './runtime.ts'

/** A reader this far behind gets nothing more until it has caught up. */
const BACKLOG_BYTES = 1024 * 1024

type Global = typeof globalThis & { [API_HANDLER]?: ApiHandler }

export async function answerRoute(request: Request): Promise<Response> {
  runtime()
  const { [API_HANDLER]: api }: Global = globalThis
  if (!api) throw new TaskError('unavailable', 'the server is still booting')
  const answer = await api.respond(toApiRequest(request))
  if ('body' in answer) return new Response(answer.body, { status: answer.status, headers: answer.headers })
  return new Response(toBody(answer.stream, request.signal), { status: answer.status, headers: answer.headers })
}

function toBody(stream: Stream, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let pulled: () => void = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const reader: Reader = {
          write(text) {
            controller.enqueue(encoder.encode(text))
            return (controller.desiredSize ?? 0) > 0
          },
          caughtUp: () =>
            new Promise((resolve) => {
              pulled = resolve
            }),
        }
        stream(reader, signal).then(
          () => controller.close(),
          (error: unknown) => controller.error(error),
        )
      },
      pull: () => pulled(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG_BYTES }),
  )
}

function toApiRequest(request: Request): ApiRequest {
  const url = new URL(request.url)
  return {
    method: request.method,
    url: url.pathname + url.search,
    headers: Object.fromEntries(READ_HEADERS.map((name) => [name, request.headers.get(name) ?? undefined])),
    address: undefined,
    async body(limitBytes) {
      const bytes = new Uint8Array(await request.arrayBuffer())
      if (bytes.length <= limitBytes) return bytes
      throw new TaskError('payload_too_large', `the body is over ${limitBytes} bytes`, { limitBytes })
    },
    signal: request.signal,
  }
}
