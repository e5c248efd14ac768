/** The typed client of the HTTP API: every call is an entry of ENDPOINTS, so there is no second set of types. */
import { ENDPOINTS, type Endpoint, type EndpointInput, type EndpointName, type EndpointOutput } from '#lib/contract.ts'
import { TaskError } from '#lib/task/errors.ts'
import { refusalOf, silenceOf } from './refusal.ts'

/** Every endpoint that answers one JSON document. */
export type CallName = Exclude<EndpointName, 'streamEvents' | 'metrics'>

export interface ClientOptions {
  readonly url: string
  readonly token: string
  readonly timeoutMs?: number
  /** How the audit log calls the way in. */
  readonly name?: 'cli'
}

export interface CallOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface Client {
  readonly url: string
  readonly token: string
  /** Resolves to the endpoint's answer; rejects with a TaskError, or with the signal's reason when it was aborted. */
  call<N extends CallName>(name: N, input: EndpointInput<N>, options?: CallOptions): Promise<EndpointOutput<N>>
}

const DEFAULT_TIMEOUT_MS = 10_000

export function createClient({ url, token, timeoutMs = DEFAULT_TIMEOUT_MS, name: client }: ClientOptions): Client {
  const base = url.replace(/\/+$/, '')
  return {
    url: base,
    token,
    async call(name, input, options = {}) {
      const endpoint: Endpoint = ENDPOINTS[name]
      // The command schemas are all objects, which z.input of a union of endpoints cannot tell.
      const request = requestOf(endpoint, input as Record<string, unknown>)
      const body = await exchange(base, { token, client }, request, options.timeoutMs ?? timeoutMs, options.signal)
      const answer = endpoint.output.safeParse(body)
      if (!answer.success) {
        throw new TaskError('unavailable', `${base} did not answer ${name} as Rollcall does: is ROLLCALL_URL right?`)
      }
      // Parsed by the very schema that the type is made from.
      return answer.data as EndpointOutput<typeof name>
    },
  }
}

function headersOf({ token, client }: Sender): Record<string, string> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' }
  return client === undefined ? headers : { ...headers, 'rollcall-client': client }
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: string
}

/** Path parameters go where the path names them; the rest is the query of a GET and the body of anything else. */
export function requestOf(endpoint: Endpoint, input: Record<string, unknown>): Request {
  const rest = { ...input }
  let path = endpoint.path
  for (const [name, field] of Object.entries(endpoint.params ?? {})) {
    path = path.replace(`{${name}}`, encodeURIComponent(String(rest[field])))
    delete rest[field]
  }
  if (endpoint.method === 'GET') return { method: 'GET', path: path + queryOf(rest) }
  return { method: endpoint.method, path, body: JSON.stringify(rest) }
}

function queryOf(fields: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) query.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return query.size === 0 ? '' : `?${query}`
}

interface Sender {
  readonly token: string
  readonly client: string | undefined
}

async function exchange(base: string, sender: Sender, request: Request, timeoutMs: number, signal?: AbortSignal) {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(base + request.path, {
      method: request.method,
      headers: headersOf(sender),
      body: request.body ?? null,
      // A followed redirect would turn a POST into a GET; the address must be the right one.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const text = await response.text()
    if (!response.ok) throw refusalOf(base, response, text)
    return text === '' ? {} : (JSON.parse(text) as unknown)
  } catch (error) {
    if (error instanceof TaskError) throw error
    signal?.throwIfAborted()
    throw silenceOf(base, error, timeoutMs)
  }
}
