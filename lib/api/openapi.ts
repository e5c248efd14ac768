/** The OpenAPI 3.1 document, made from the endpoint table and its zod schemas. */
import { z } from 'zod'
import { COMMON_ERRORS, ENDPOINTS, type Endpoint } from '#lib/contract.ts'
import { ERRORS, type ErrorCode } from '#lib/task/errors.ts'
import {
  Attempt,
  BulkOperation,
  Holder,
  Incident,
  Problem,
  RecoveryRun,
  Session,
  Task,
  TaskEvent,
  Worker,
} from '#lib/task/schema.ts'
import packageJson from '../../package.json' with { type: 'json' }

type JsonObject = { [key: string]: unknown }

/** What stands once in the document, under its name, and is referred to everywhere else. Those within others come first. */
const NAMED = { Holder, Task, Attempt, Worker, Session, TaskEvent, Incident, RecoveryRun, BulkOperation }

let document: JsonObject | undefined

/** Built once: it depends on nothing but this program. */
export function openapi(): Record<string, z.core.util.JSONType> {
  document ??= build()
  return document as Record<string, z.core.util.JSONType>
}

function build(): JsonObject {
  const names = new Map<string, string>()
  const schemas: Record<string, unknown> = {}
  for (const [name, record] of Object.entries(NAMED)) {
    const schema = jsonSchema(record, 'output')
    schemas[name] = refer(schema, names)
    names.set(JSON.stringify(schema), name)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version: '1',
      // Of the server itself: what a worker's host should have installed.
      'x-release': packageJson.version,
      description: 'A durable ledger of long-running tasks, with crash recovery.',
    },
    security: [{ token: [] }],
    paths: refer(paths(), names),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'rc_…' } },
      schemas: { ...schemas, Problem: jsonSchema(Problem, 'output') },
    },
  }
}

/** A copy in which every schema that has a name is replaced by a reference to it. */
function refer(tree: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(tree)) return tree.map((item) => refer(item, names))
  if (typeof tree !== 'object' || tree === null) return tree
  const name = names.get(JSON.stringify(tree))
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, refer(value, names)]))
}

function paths(): JsonObject {
  const found: Record<string, JsonObject> = {}
  for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
    found[endpoint.path] = { ...found[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(name, endpoint) }
  }
  return found
}

function operationOf(name: string, endpoint: Endpoint): JsonObject {
  const input = jsonSchema(endpoint.input, 'input')
  const inPath = Object.entries(endpoint.params ?? {})
  const fields = Object.entries((input.properties ?? {}) as Record<string, JsonObject>)
  const rest = fields.filter(([field]) => !inPath.some(([, inputField]) => inputField === field))
  const required = ((input.required ?? []) as string[]).filter((field) => rest.some(([other]) => other === field))
  const isRead = endpoint.method === 'GET'
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...inPath.map(([parameter, field]) =>
        parameterOf('path', parameter, fields.find(([other]) => other === field)?.[1], true),
      ),
      ...(isRead ? rest.map(([field, schema]) => parameterOf('query', field, schema, required.includes(field))) : []),
    ],
    ...(isRead || rest.length === 0 ? {} : { requestBody: bodyOf(Object.fromEntries(rest), required) }),
    responses: responsesOf(name, endpoint),
  }
}

function parameterOf(
  place: 'path' | 'query',
  name: string,
  schema: JsonObject | undefined,
  required: boolean,
): JsonObject {
  // Several values are one field with commas: the same field twice is refused.
  const list = schema?.type === 'array' ? { style: 'form', explode: false } : {}
  return { name, in: place, required, ...list, schema: schema ?? { type: 'string' } }
}

function bodyOf(properties: JsonObject, required: string[]): JsonObject {
  const schema = { type: 'object', properties, required, additionalProperties: false }
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

const TYPES: Record<string, string> = { streamEvents: 'text/event-stream', metrics: 'text/plain' }

function responsesOf(name: string, endpoint: Endpoint): JsonObject {
  const codes: readonly ErrorCode[] = [...COMMON_ERRORS, ...endpoint.errors]
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code])
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  const type = TYPES[name] ?? 'application/json'
  return {
    [endpoint.status]: {
      description: endpoint.summary,
      content: { [type]: { schema: jsonSchema(endpoint.output, 'output') } },
    },
    ...Object.fromEntries(
      [...byStatus].map(([status, all]) => [status, { description: all.join(', '), content: problem }]),
    ),
  }
}

/** Answers may gain fields, and a problem brings its facts along: outputs are open, inputs closed. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => {
      if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties
    },
  }) as JsonObject
  return withoutCycles(rest) as JsonObject
}

/** The one schema that refers to itself is that of any JSON, which is written as {} as well. */
function withoutCycles(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutCycles)
  if (typeof tree !== 'object' || tree === null) return tree
  if ('$ref' in tree) return {}
  const entries = Object.entries(tree).filter(([key]) => key !== '$defs')
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutCycles(value)]))
}
