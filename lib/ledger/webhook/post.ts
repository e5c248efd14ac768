/** One POST to where somebody else listens: to the address that was judged, no redirect, bounded in time and size. */
import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { Address, Allowance, Resolve } from './addresses.ts'
import { judgedAddress } from './addresses.ts'

const ANSWER_BYTES = 500

export interface Post {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly allowance: Allowance
  readonly resolve: Resolve
}

export interface Answer {
  /** Null when there was none. */
  readonly status: number | null
  /** The beginning of the answer, or why there was none. */
  readonly text: string
}

export async function post(order: Post): Promise<Answer> {
  try {
    const url = new URL(order.url)
    const address = await judgedAddress(url.hostname, order.allowance, order.resolve)
    return await exchange(url, address, order)
  } catch (error) {
    return { status: null, text: error instanceof Error ? error.message || error.name : String(error) }
  }
}

function exchange(url: URL, { address, family }: Address, { body, headers, timeoutMs }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const fail = (error: Error) => reject(signal.aborted ? silence(timeoutMs) : error)
    const begin = url.protocol === 'https:' ? overHttps : overHttp
    const request: ClientRequest = begin(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one that is kept was perhaps made to another address.
      agent: false,
      signal,
      lookup: (_host, options, done) => {
        if (options.all) done(null, [{ address, family }])
        else done(null, address, family)
      },
    })
    request.once('response', (response) => {
      readBeginning(response).then((text) => {
        resolve({ status: response.statusCode ?? null, text: told(response, text) })
        request.destroy()
      }, fail)
    })
    request.once('error', fail)
    request.end(body)
  })
}

function told({ statusCode = 0 }: IncomingMessage, text: string): string {
  return statusCode >= 300 && statusCode < 400 ? 'a redirect, which is not followed' : text
}

function silence(timeoutMs: number): Error {
  return new Error(`it did not answer within ${timeoutMs} ms`)
}

async function readBeginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    chunks.push(Buffer.from(chunk))
    bytes += chunk.length
    if (bytes >= ANSWER_BYTES) break
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ANSWER_BYTES))
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
}
