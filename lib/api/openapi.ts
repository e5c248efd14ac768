/** The OpenAPI 3.1 document, made from the endpoint table and its zod schemas. */
import { z } from 'zod'
import { COMMON_ERRORS, ENDPOINTS, type Endpoint } from '#lib/contract.ts'
import { ERRORS, type ErrorCode } from '#lib/task/errors.ts'
import { Problem } from '#lib/task/schema.ts'

type JsonObject = { [key: string]: unknown }

let document: JsonObject | undefined

/** Built once: it depends on nothing but this program. */
export function openapi(): Record<string, z.core.util.JSONType> {
  document ??= {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version: '1',
      description: 'A durable ledger of long-running tasks, with crash recovery.',
    },
    security: [{ token: [] }],
    paths: paths(),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'rc_…' } },
      schemas: { Problem: jsonSchema(Problem, 'output') },
    },
  }
  return document as Record<string, z.core.util.JSONType>
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
  const hasBody = endpoint.method === 'POST' || endpoint.method === 'PUT'
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...inPath.map(([parameter, field]) =>
        parameterOf('path', parameter, fields.find(([other]) => other === field)?.[1], true),
      ),
      ...(hasBody ? [] : rest.map(([field, schema]) => parameterOf('query', field, schema, required.includes(field)))),
    ],
    ...(hasBody ? { requestBody: bodyOf(Object.fromEntries(rest), required) } : {}),
    responses: responsesOf(name, endpoint),
  }
}

function parameterOf(
  place: 'path' | 'query',
  name: string,
  schema: JsonObject | undefined,
  required: boolean,
): JsonObject {
  return { name, in: place, required, schema: schema ?? { type: 'string' } }
}

function bodyOf(properties: JsonObject, required: string[]): JsonObject {
  const schema = { type: 'object', properties, required, additionalProperties: false }
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

function responsesOf(name: string, endpoint: Endpoint): JsonObject {
  const codes: readonly ErrorCode[] = [...COMMON_ERRORS, ...endpoint.errors]
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code])
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  const type = name === 'streamEvents' ? 'text/event-stream' : 'application/json'
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

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject
  return rest
}
