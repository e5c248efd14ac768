/** The whole way of a request, whatever server it came through: route, actor, command, operation, answer. */

import { v7 } from 'uuid'
import { type Act, type Actor, audited } from '#lib/ledger/index.ts'
import { log, logsInfo } from '#lib/log.ts'
import { withArticle } from '#lib/task/article.ts'
import { ERRORS, type ErrorCode, isTaskError, TaskError } from '#lib/task/errors.ts'
import { LIMITS } from '#lib/task/schema.ts'
import type { Admission } from './admission.ts'
import { type Authenticate, allows, createAuthenticate } from './authenticate.ts'
import type { ApiRequest, ApiResponse, Respond } from './exchange.ts'
import { type Answered, type Call, OPERATIONS } from './operations.ts'
import { assertOwnReader } from './origin.ts'
import { createOwnWork, type OwnWork } from './own-work.ts'
import { toProblem } from './problem.ts'
import { findRoute, parseInput, parseQuery, type Route } from './route.ts'
import { contextFor, type Runtime } from './runtime.ts'
import { shownAnswer } from './shown.ts'
import { openStream } from './stream.ts'

/** What is no page must not be taken for one, whatever stands in it. */
const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}
const JSON_HEADERS = { ...SAFE_HEADERS, 'content-type': 'application/json; charset=utf-8' }
const PROBLEM_HEADERS = { ...JSON_HEADERS, 'content-type': 'application/problem+json; charset=utf-8' }
/** What a worker's token may read, of tasks that its own workers have worked on. */
const READ_BY_WORKERS = new Set([
  'getTask',
  'listEvents',
  'readOutput',
  'listReports',
  'listCheckpoints',
  'getCheckpoint',
])
/** Bytes that are no text are refused; replaced by a sign, they would be on record as something that nobody sent. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })
const NOBODY: Actor = { kind: 'system', name: 'nobody', role: 'viewer' }

/** Everyday business, and what a flood is made of, are no lines in the log. */
const QUIET = new Set<ErrorCode>(['not_found', 'rate_limited', 'unauthenticated'])

export function createRespond(runtime: Runtime): Respond {
  const { metrics, admission, tracing } = runtime
  const authenticate = createAuthenticate(runtime)
  const ownWork = createOwnWork()
  return async (request) => {
    const requestId = v7()
    const startedAt = performance.now()
    const endSpan = tracing.begin(request.headers.traceparent)
    // Told by the name of its route: a path has ids in it, and there is no end of those.
    let name = 'unknown'
    const observed = (response: ApiResponse) => {
      const { status } = response
      const ms = performance.now() - startedAt
      if (!('stream' in response)) metrics.onRequest(name, status, ms / 1000)
      endSpan(name, { status, attributes: { 'http.request.method': request.method, 'rollcall.request_id': requestId } })
      if (logsInfo())
        log.info(`${request.method} ${name} ${status}`, { requestId, route: name, status, ms: Math.round(ms) })
      return { ...response, headers: { ...response.headers, 'x-request-id': requestId } }
    }
    try {
      // Whoever watches a server asks by HEAD: the same answer, of which the server sends the head alone.
      const route = findRoute(request.method === 'HEAD' ? 'GET' : request.method, pathOf(request))
      name = route.name
      return observed(await answer(runtime, { authenticate, ownWork, admission }, route, request, requestId))
    } catch (error) {
      logRefusal(error, request, requestId)
      const problem = toProblem(error, requestId)
      const seconds = String(problem.retryAfterSeconds ?? 1)
      const retry: Record<string, string> =
        problem.status === 503 || problem.status === 429 ? { 'retry-after': seconds } : {}
      const headers = { ...PROBLEM_HEADERS, ...retry }
      return observed({ status: problem.status, headers, body: JSON.stringify(problem) })
    }
  }
}

function pathOf({ url }: ApiRequest): string {
  return url.split('?', 1)[0] ?? ''
}

interface Guards {
  readonly authenticate: Authenticate
  readonly ownWork: OwnWork
  readonly admission: Admission
}

async function answer(
  runtime: Runtime,
  guards: Guards,
  route: Route,
  request: ApiRequest,
  requestId: string,
): Promise<ApiResponse> {
  const actor = await admitted(guards, route, request, runtime.env.publicUrl)
  const context = contextFor(actor, runtime)
  if (!isAct(route, actor))
    return perform(guards, route, request, { context, runtime, requestId, signal: request.signal })
  const act: Act = { action: route.name, via: wayOf(request), requestId, command: route.params }
  return audited(context, act, (context) =>
    perform(guards, route, request, { context, runtime, requestId, signal: request.signal }, act),
  )
}

/** Who asks. One who is known is held to the pace of a token, anybody else to that of an address. */
async function admitted(
  { authenticate, admission }: Guards,
  { endpoint: { access, method } }: Route,
  request: ApiRequest,
  publicUrl: string | undefined,
): Promise<Actor> {
  const { headers } = request
  const admitAddress = () => admission.admitAddress('api', admission.addressOf(headers, request.address))
  if (access === 'public') {
    admitAddress()
    return NOBODY
  }
  try {
    const actor = await authenticate(headers, method)
    admission.admitActor(actor)
    if (actor.kind === 'person') assertOwnReader(headers, publicUrl)
    return actor
  } catch (error) {
    if (isTaskError(error) && error.code === 'unauthenticated') admitAddress()
    throw error
  }
}

/** What a person or a token does, as against what a worker reports; a worker's token that tries one is told of too. */
function isAct({ name, endpoint: { method, access } }: Route, { kind, role }: Actor): boolean {
  if (method === 'GET' || kind === 'worker') return false
  return access === 'operator' || access === 'admin' || (QUEUING.has(name) && role !== 'worker')
}

/** Workers make tasks as well: their tokens do, and whoever starts one at once puts work of its own on record. */
const QUEUING = new Set<string>(['createTask', 'createTasks'])

function isReport({ name }: Route, input: unknown): boolean {
  if (!QUEUING.has(name)) return false
  // The input was parsed by the schema of one of the two.
  const { tasks, start } = input as { readonly tasks?: readonly { start?: unknown }[]; readonly start?: unknown }
  return tasks ? tasks.every((task) => task.start !== undefined) : start !== undefined
}

/** The command says so of itself; any other program may as well. */
function wayOf({ headers }: ApiRequest): Act['via'] {
  return headers['rollcall-client'] === 'cli' ? 'cli' : 'api'
}

async function perform(
  guards: Guards,
  route: Route,
  request: ApiRequest,
  asked: Call,
  act?: Act,
): Promise<ApiResponse> {
  const { context, runtime } = asked
  const { actor } = context
  const { access } = route.endpoint
  const readsOwn = actor.role === 'worker' && READ_BY_WORKERS.has(route.name)
  if (!allows(actor.role, access) && !readsOwn) {
    const sentence = `${withArticle(actor.role)} token may not ${request.method} ${route.endpoint.path}`
    throw new TaskError('forbidden', `${sentence}: that takes ${withArticle(access)}’s`, { role: actor.role })
  }
  const given = await readGiven(route, request)
  const input = parseInput(route, given)
  if (act) {
    act.command = input
    act.isReport = isReport(route, input)
  }
  if (readsOwn) await guards.ownWork.assertReadable(context, route.params.taskId ?? '')
  const named = access === 'worker' ? await guards.ownWork.actorFor(context, workerIdsOf(input)) : actor
  const { audit, ...plain } = context
  const call: Call = { ...asked, context: { ...plain, actor: named, ...(audit && !act?.isReport ? { audit } : {}) } }
  if (route.name === 'streamEvents') {
    if (request.method === 'HEAD') return { status: 200, headers: SAFE_HEADERS, body: '' }
    const admit = () => guards.authenticate(request.headers, route.endpoint.method)
    return openStream(call, { input, lastEventId: request.headers['last-event-id'], admit })
  }
  if (route.name === 'metrics') {
    const { contentType, text } = await runtime.metrics.render(context, runtime.env.sweepMs)
    return { status: 200, headers: { ...SAFE_HEADERS, 'content-type': contentType }, body: text }
  }
  const output = shownAnswer(call.context, route.endpoint, await run(route, call, input))
  return { status: route.endpoint.status, headers: JSON_HEADERS, body: JSON.stringify(output) }
}

function run({ name }: Route, call: Call, input: unknown): Promise<unknown> {
  // The input was parsed by this very endpoint's schema, which is what the operation under its name takes.
  const operation = OPERATIONS[name as Answered] as (call: Call, input: unknown) => Promise<unknown>
  return operation(call, input)
}

/** Reads come with a query, writes with a body; a goodbye may come with either. What would be ignored is refused. */
async function readGiven({ endpoint: { method } }: Route, request: ApiRequest): Promise<unknown> {
  const query = request.url.slice(pathOf(request).length + 1)
  if (method === 'GET') return parseQuery(query)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new TaskError('validation', `the body is encoded as ${encoding.slice(0, 50)}; send it as it is`)
  }
  const bytes = await request.body(LIMITS.bodyBytes)
  if (query !== '' && (method !== 'DELETE' || bytes.length > 0)) {
    throw new TaskError('validation', `a ${method} takes its fields in the body, not in the query as well`)
  }
  return bytes.length === 0 ? parseQuery(query) : parseJson(bytes)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes))
  } catch (error) {
    throw new TaskError('validation', `the body is not valid JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

/** The workers that a call speaks for: named by itself, by a start, by the parts of a batch, or as replaced. */
function workerIdsOf(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return []
  const { workerId, replaces, start, tasks, completions } = input as Record<string, unknown>
  const own = [workerId, replaces].filter((id) => typeof id === 'string')
  const parts = [start, ...(Array.isArray(tasks) ? tasks : []), ...(Array.isArray(completions) ? completions : [])]
  return [...own, ...parts.flatMap(workerIdsOf)]
}

/** One line for what its caller should mend, a stack for what we should; conflicts are everyday business. */
function logRefusal(error: unknown, { method, url }: ApiRequest, requestId: string): void {
  const where = `${method} ${JSON.stringify(url.split('?', 1)[0]?.slice(0, 200))} (request ${requestId})`
  const fields = { requestId, method, path: url.split('?', 1)[0]?.slice(0, 200) }
  if (!isTaskError(error)) log.error(`internal error at ${where}`, { ...fields, err: error })
  else if (ERRORS[error.code].status !== 409 && !QUIET.has(error.code)) {
    log.warn(`${error.code} at ${where}: ${JSON.stringify(error.message.slice(0, 500))}`, {
      ...fields,
      code: error.code,
    })
  }
}
