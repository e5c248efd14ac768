/** One HTTP exchange by Node's own client: unlike fetch it is there at once, and it keeps connections too. */
import type { IncomingMessage, RequestOptions } from 'node:http'
import * as http from 'node:http'

export interface Outgoing {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

const agents = new Map<string, http.Agent>()

/** Rejects with the system's error, or with the signal's reason. Redirects are answers like any other. */
export async function exchange(url: string, { method, headers, body, signal }: Outgoing): Promise<Answer> {
  signal.throwIfAborted()
  const target = new URL(url)
  const { request, agent } = await clientFor(target.protocol)
  try {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(target, { method, headers: { ...headers, ...length }, agent, signal }, resolve)
      sent.once('error', reject)
      sent.end(body)
    })
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: await textOf(answer) }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

interface Protocol {
  readonly request: (
    url: URL,
    options: RequestOptions,
    answered: (answer: IncomingMessage) => void,
  ) => http.ClientRequest
  readonly agent: http.Agent
}

/** TLS is loaded by those who use it. */
async function clientFor(protocol: string): Promise<Protocol> {
  const { request, Agent } = protocol === 'https:' ? await import('node:https') : http
  const agent = agents.get(protocol) ?? new Agent({ keepAlive: true })
  agents.set(protocol, agent)
  return { request, agent }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const part of answer) text += part
  return text
}
