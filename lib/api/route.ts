/** Finds the endpoint of a method and a path, and makes its command out of path, query and body. */
import type { z } from 'zod'
import { ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { TaskError } from '#lib/task/errors.ts'

export interface Route {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  /** Fields of the command that stand in the path. */
  readonly params: Readonly<Record<string, string>>
}

interface Pattern {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  readonly segments: readonly string[]
}

const PATTERNS = groupPatterns()

function groupPatterns(): Map<string, Pattern[]> {
  const patterns = new Map<string, Pattern[]>()
  for (const [name, endpoint] of Object.entries(ENDPOINTS)) {
    const segments = endpoint.path.split('/')
    const key = `${endpoint.method} ${segments.length}`
    patterns.set(key, [...(patterns.get(key) ?? []), { name: name as EndpointName, endpoint, segments }])
  }
  // Words before parameters: /tasks/batch is not the task "batch".
  for (const group of patterns.values()) group.sort((left, right) => countParams(left) - countParams(right))
  return patterns
}

function countParams({ segments }: Pattern): number {
  return segments.filter((segment) => segment.startsWith('{')).length
}

export function findRoute(method: string, path: string): Route {
  const segments = path.split('/')
  for (const { name, endpoint, segments: pattern } of PATTERNS.get(`${method} ${segments.length}`) ?? []) {
    const params = matchSegments(pattern, segments, endpoint)
    if (params) return { name, endpoint, params }
  }
  throw new TaskError(
    'not_found',
    `there is no ${method} ${path.slice(0, 200)}; /api/v1/openapi.json lists what there is`,
  )
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
  { params: fields = {} }: Endpoint,
): Record<string, string> | null {
  const params: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const met = segments[index] ?? ''
    const [, parameter] = /^\{(\w+)\}$/.exec(expected) ?? []
    if (parameter === undefined) {
      if (expected !== met) return null
    } else params[fields[parameter] ?? parameter] = decodeSegment(met)
  }
  return params
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new TaskError('validation', 'the path is not valid percent-encoding')
  }
}

/** Strict: a field that the command does not know is refused, and so is one that the path has said already. */
export function parseInput({ endpoint, params }: Route, given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TaskError('validation', 'the body must be a JSON object')
  }
  const twice = Object.keys(params).find((field) => Object.hasOwn(given, field))
  if (twice !== undefined) throw new TaskError('validation', `${twice}: stands in the path already`)
  const parsed = endpoint.input.safeParse({ ...given, ...params })
  if (parsed.success) return parsed.data
  throw new TaskError('validation', parsed.error.issues.slice(0, 10).map(toSentence).join('; '))
}

function toSentence({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

/** Each name once: a filter given twice has no clear meaning. Bytes that make no text are refused, never replaced. */
export function parseQuery(query: string): Record<string, string> {
  // Without a prototype, so that no name means anything but itself.
  const given: Record<string, string> = Object.create(null)
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', ...value] = pair.split('=')
    const field = decodeQuery(name)
    if (Object.hasOwn(given, field)) throw new TaskError('validation', `${field}: given twice`)
    given[field] = decodeQuery(value.join('='))
  }
  return given
}

function decodeQuery(text: string): string {
  try {
    if (/^[\x21-\x7e]*$/.test(text)) return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // The same answer as for text that was not encoded at all.
  }
  throw new TaskError('validation', 'the query is not valid percent-encoding of UTF-8')
}
