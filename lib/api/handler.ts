/**
 * Invariant: `close` ends what would never end by itself, event streams and long polls, and waits for nothing else.
 * The handler answers on node:http; `toRoute` mounts the same one under Next, for hosts that can only run that.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import type { ApiRequest, ApiResponse, Respond } from './respond.ts'

/** A reader this far behind is cut off; it comes back with the id of the last event that it saw. */
const BACKLOG_BYTES = 1024 * 1024
/** A sender who goes on this far after it was refused is cut off. */
const DISCARD_BYTES = 16 * 1024 * 1024

export interface ApiHandler {
  handle(request: IncomingMessage, response: ServerResponse): void
  respond: Respond
  close(): Promise<void>
}

export function createHandler(respond: Respond): ApiHandler {
  const stopping = new AbortController()
  // Each open call listens; there is no number of them that would be a leak.
  const { signal } = stopping

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    const stop = () => gone.abort()
    response.once('close', stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await send(await respond(toApiRequest(request, gone.signal)), response, gone.signal)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    respond,
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        // A stream that could not go on is cut off: its reader comes back. A late sentence would corrupt it.
        if (!isTaskError(error)) console.error('rollcall: internal error while answering:', error)
        response.destroy()
      })
    },
    async close() {
      stopping.abort()
    },
  }
}

function toApiRequest(request: IncomingMessage, signal: AbortSignal): ApiRequest {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: flatten(request.headers),
    body: (limitBytes) => readBody(request, limitBytes),
    signal,
  }
}

function flatten(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  const { authorization, cookie, 'last-event-id': lastEventId } = headers
  return { authorization, cookie, 'last-event-id': Array.isArray(lastEventId) ? lastEventId[0] : lastEventId }
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
    await answer.stream((text) => writeOrCut(response, text), signal)
    response.end()
    return
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
}

function writeOrCut(response: ServerResponse, text: string): boolean {
  response.write(text)
  if (response.writableLength > BACKLOG_BYTES) response.destroy()
  return !response.destroyed
}
