/**
 * Invariant: `close` ends what would never end by itself, event streams and long polls, and waits for nothing else.
 * The handler answers on node:http; `toRoute` mounts the same one under Next, for hosts that can only run that.
 */
import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { log } from '#lib/log.ts'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import type { ApiRequest, ApiResponse, Reader, Respond } from './exchange.ts'
import type { Runtime } from './runtime.ts'

/** A reader this far behind gets nothing more until it has caught up. */
const BACKLOG_BYTES = 1024 * 1024
/** What an answer may depend on. */
export const READ_HEADERS = [
  ...['authorization', 'cookie', 'last-event-id', 'rollcall-client', 'origin', 'host', 'x-forwarded-host'],
  ...['sec-fetch-site', 'content-type', 'content-encoding', 'x-request-id', 'traceparent', 'x-forwarded-for'],
]
/** A sender who goes on this far after it was refused is cut off. */
const DISCARD_BYTES = 16 * 1024 * 1024

export interface ApiHandler {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Whether a request for a page is to be answered; one that is not has its answer already. */
  admitsPage(request: IncomingMessage, response: ServerResponse): boolean
  respond: Respond
  close(): Promise<void>
}

export function createHandler(
  respond: Respond,
  { admission, tracing }: Pick<Runtime, 'admission' | 'tracing'>,
): ApiHandler {
  const stopping = new AbortController()
  const { signal } = stopping
  // Each open call listens; there is no number of them that would be a leak.
  setMaxListeners(0, signal)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    const stop = () => gone.abort()
    // A client that ends its side has gone; the response closes some turns later, in which work could be given to it.
    request.socket.once('end', stop)
    response.once('close', stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await send(await respond(toApiRequest(request, gone.signal)), response, gone.signal)
    } finally {
      request.socket.off('end', stop)
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    respond,
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        // A stream that could not go on is cut off: its reader comes back. A late sentence would corrupt it.
        if (!isTaskError(error)) log.error('internal error while answering', { err: error })
        response.destroy()
      })
    },
    admitsPage(request, response) {
      if (request.url?.startsWith('/_next/static/')) return true
      try {
        admission.admitAddress('page', admission.addressOf(flatten(request.headers), request.socket.remoteAddress))
        return true
      } catch (error) {
        const seconds = isTaskError(error) ? String(error.facts.retryAfterSeconds) : '1'
        response.writeHead(429, { 'retry-after': seconds, 'content-type': 'text/plain; charset=utf-8' })
        response.end('Too many requests: wait a moment, then try again.')
        return false
      }
    },
    async close() {
      stopping.abort()
      await tracing.close()
    },
  }
}

function toApiRequest(request: IncomingMessage, signal: AbortSignal): ApiRequest {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: flatten(request.headers),
    address: request.socket.remoteAddress,
    body: (limitBytes) => readBody(request, limitBytes),
    signal,
  }
}

function flatten(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  return Object.fromEntries(READ_HEADERS.map((name) => [name, one(headers[name])]))
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/**
 * What comes past the limit is read and thrown away: a connection that is closed on a sender who still writes takes the
 * answer with it.
 */
function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new TaskError('payload_too_large', `the body is over ${limitBytes} bytes`, { limitBytes })
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) reject(tooLarge())
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limitBytes) {
        chunks.length = 0
        reject(tooLarge())
      } else chunks.push(chunk)
      if (bytes > DISCARD_BYTES) request.destroy()
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('close', () => reject(new TaskError('validation', 'the connection ended before the body did')))
  })
}

async function send(answer: ApiResponse, response: ServerResponse, signal: AbortSignal): Promise<void> {
  if ('stream' in answer) {
    response.writeHead(answer.status, answer.headers)
    await answer.stream(readerOf(response), signal)
    // Whoever has not taken what there was is not waited for.
    if (response.writableNeedDrain) response.destroy()
    else response.end()
    return
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
}

function readerOf(response: ServerResponse): Reader {
  return {
    write(text) {
      response.write(text)
      return response.writableLength <= BACKLOG_BYTES
    },
    caughtUp: () => new Promise((resolve) => response.once('drain', () => resolve())),
  }
}
