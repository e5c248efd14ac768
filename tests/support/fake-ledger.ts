/**
 * A real HTTP server that answers as a test tells it to: for what a real ledger does only by bad luck, such as losing an
 * answer. It knows the endpoints by the contract, so a call that is not in it fails the test with a 404.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { ERRORS, type ErrorCode } from '#lib/task/errors.ts'
import type { Task, Worker } from '#lib/task/schema.ts'

/** Carried out, but the answer is lost: the connection breaks off. */
export const LOST = Symbol('lost')
/** Never answered. */
export const SILENT = Symbol('silent')

export interface Raw {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: string
}
type Fields = Record<string, unknown>
export type Answer = Fields | Raw | typeof LOST | typeof SILENT
export type Handlers = { [N in EndpointName]?: (input: Fields) => Answer | Promise<Answer> }

export interface Call {
  readonly name: EndpointName
  readonly input: Fields
  readonly authorization: string | undefined
}

export interface FakeLedger {
  readonly url: string
  readonly calls: Call[]
  /** Inputs of the calls of one endpoint, in order of arrival. */
  inputs(name: EndpointName): Fields[]
  /** Replaces handlers from now on. */
  on(handlers: Handlers): void
  stop(): Promise<void>
}

export async function startFakeLedger(handlers: Handlers = {}): Promise<FakeLedger> {
  const current = { ...handlers }
  const calls: Call[] = []
  const server = createServer((request, response) => {
    answer(current, calls, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on TCP, so the address is not the path of a socket.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    inputs: (name) => calls.filter((call) => call.name === name).map((call) => call.input),
    on: (more) => void Object.assign(current, more),
    stop: () => close(server),
  }
}

export function problem(
  code: ErrorCode,
  detail: string,
  facts: Fields = {},
  headers: Record<string, string> = {},
): Raw {
  const { status, title, advice } = ERRORS[code]
  const body = { type: `about:${code}`, code, title, status, detail, advice, requestId: 'request-1', ...facts }
  return { status, headers: { 'content-type': 'application/problem+json', ...headers }, body: JSON.stringify(body) }
}

export function workerRecord(fields: Partial<Worker> = {}): Worker {
  const at = new Date().toISOString()
  return {
    id: 'worker-1',
    name: 'host/1',
    host: 'host',
    pid: 1,
    version: null,
    skills: [],
    labels: {},
    slots: 1,
    held: 0,
    state: 'alive',
    deathKind: null,
    reason: null,
    leaseMs: 30_000,
    leaseExpiresAt: at,
    lastHeartbeatAt: at,
    registeredAt: at,
    endedAt: null,
    ...fields,
  }
}

/** An answer to registerWorker. */
export function registration(fields: { id?: string; leaseMs?: number; heartbeatMs?: number } = {}): Fields {
  const { id = 'worker-1', leaseMs = 30_000, heartbeatMs = 5000 } = fields
  return { worker: workerRecord({ id, leaseMs }), leaseMs, heartbeatMs, serverTime: new Date().toISOString() }
}

/** An answer to heartbeat that gives every listed attempt the same verdict. */
export function beat(input: Fields, verdict = 'held'): Fields {
  const at = new Date().toISOString()
  // The client under test lists attempts as the contract says.
  const held = (input.held as { taskId: string; attempt: number }[]).map((item) => ({ ...item, verdict }))
  return { leaseExpiresAt: at, serverTime: at, drain: false, held }
}

export function taskRecord(fields: Partial<Task> = {}): Task {
  const at = new Date().toISOString()
  const unknown = Object.fromEntries(NULLABLE.map((name) => [name, null]))
  return {
    ...(unknown as Pick<Task, (typeof NULLABLE)[number]>),
    id: 'task-1',
    title: 'A task',
    labels: {},
    requires: [],
    priority: 0,
    status: 'running',
    attempt: 1,
    workerId: 'worker-1',
    retriesUsed: 0,
    maxRetries: 1,
    interruptions: 0,
    maxInterruptions: 3,
    suspect: false,
    resumesUsed: 0,
    undoable: false,
    createdAt: at,
    updatedAt: at,
    sideEffects: false,
    ...fields,
  }
}

const NULLABLE = [
  ...(['correlationId', 'repo', 'issueNumber', 'user', 'agent', 'agentType', 'model', 'provider', 'payload'] as const),
  ...(['phase', 'sealedAt', 'notBefore', 'cancelRequestedAt', 'nextAction', 'nextAt', 'nextReason'] as const),
  ...(['strategy', 'progressTimeoutMs', 'progressAt', 'incidentId', 'startedAt', 'interruptedAt'] as const),
  ...(['finishedAt', 'reason', 'errorClass', 'errorMessage', 'exitCode', 'costUsd', 'tokensIn'] as const),
  ...(['tokensOut', 'turns', 'artifacts', 'holder', 'excludedWorkerId', 'assignedAt'] as const),
  ...(['waitReason', 'predecessorId', 'checkpointTurn', 'noProgressSince', 'heldAt', 'compensatingSince'] as const),
] as const

async function answer(handlers: Handlers, calls: Call[], request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://fake')
  let text = ''
  for await (const chunk of request) text += chunk
  const route = routeOf(request.method, url.pathname)
  const handler = route && handlers[route.name]
  if (!route || !handler) return write(response, 200, problem('not_found', `no ${request.method} ${url.pathname} here`))
  const input: Fields = { ...Object.fromEntries(url.searchParams), ...(text ? JSON.parse(text) : {}), ...route.params }
  calls.push({ name: route.name, input, authorization: request.headers.authorization })
  const given = await handler(input)
  if (given === LOST) return void response.destroy()
  if (given === SILENT) return
  write(response, ENDPOINTS[route.name].status, given)
}

function write(response: ServerResponse, status: number, given: Fields | Raw): void {
  const isRaw = typeof given.status === 'number' && typeof given.body === 'string'
  const raw = isRaw ? (given as Raw) : { status, body: JSON.stringify(given) }
  response.writeHead(raw.status, { 'content-type': 'application/json', ...raw.headers }).end(raw.body)
}

function routeOf(method: string | undefined, path: string) {
  for (const [name, endpoint] of Object.entries(ENDPOINTS) as [EndpointName, Endpoint][]) {
    if (endpoint.method !== method) continue
    const pattern = endpoint.path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    const match = new RegExp(`^${pattern}$`).exec(path)
    if (!match) continue
    const params = Object.entries(match.groups ?? {}).map(([key, value]) => [
      endpoint.params?.[key] ?? key,
      decodeURIComponent(value),
    ])
    return { name, params: Object.fromEntries(params) as Fields }
  }
  return undefined
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
