/** The typed client of the HTTP API: every call is an entry of ENDPOINTS, so there is no second set of types. */
import { WORKER_ROUTES, type WorkerCall } from '#lib/contract/worker-routes.ts'
import type { Endpoint, EndpointInput, EndpointName, EndpointOutput } from '#lib/contract.ts'
import { TaskError } from '#lib/task/errors.ts'
import { ANSWERS, fits } from './answers.ts'
import { exchange } from './http.ts'
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
  const base = addressOf(url)
  return {
    url: base,
    token,
    async call(name, input, options = {}) {
      const { route, read } = await calling(name)
      // The command schemas are all objects, which z.input of a union of endpoints cannot tell.
      const request = requestOf(route, input as Record<string, unknown>)
      const answer = read(await ask(base, { token, client }, request, options.timeoutMs ?? timeoutMs, options.signal))
      if (answer === undefined) {
        throw new TaskError('unavailable', `${base} did not answer ${name} as Rollcall does: is ROLLCALL_URL right?`)
      }
      // Read as the very endpoint says that the type is made from.
      return answer as EndpointOutput<typeof name>
    },
  }
}

/** Refused at once: asking again would never make an address of it. */
function addressOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '')
  throw new TaskError('validation', `the url is ${JSON.stringify(url)}; expected the http address of a Rollcall server`)
}

function headersOf({ token, client }: Sender): Record<string, string> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' }
  return client === undefined ? headers : { ...headers, 'rollcall-client': client }
}

type Route = Pick<Endpoint, 'method' | 'path' | 'params'>

interface Calling {
  readonly route: Route
  /** Undefined when it is no answer to this call. */
  read(body: unknown): unknown
}

/** The schemas are loaded for what people ask; a worker's calls do without. */
async function calling(name: CallName): Promise<Calling> {
  if (isWorkerCall(name)) {
    const shape = ANSWERS[name]
    return { route: WORKER_ROUTES[name], read: (body) => (fits(body, shape) ? body : undefined) }
  }
  const { ENDPOINTS } = await import('#lib/contract.ts')
  const endpoint: Endpoint = ENDPOINTS[name]
  return { route: endpoint, read: (body) => endpoint.output.safeParse(body).data }
}

function isWorkerCall(name: CallName): name is WorkerCall {
  return Object.hasOwn(WORKER_ROUTES, name)
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: string
}

/** Path parameters go where the path names them; the rest is the query of a GET and the body of anything else. */
export function requestOf(endpoint: Route, input: Record<string, unknown>): Request {
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

async function ask(base: string, sender: Sender, request: Request, timeoutMs: number, signal?: AbortSignal) {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await exchange(base + request.path, {
      method: request.method,
      headers: headersOf(sender),
      body: request.body,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const { status, text } = answer
    if (status < 200 || status > 299) throw refusalOf(base, answer)
    return text === '' ? {} : (JSON.parse(text) as unknown)
  } catch (error) {
    if (error instanceof TaskError) throw error
    signal?.throwIfAborted()
    throw silenceOf(base, error, timeoutMs)
  }
}
