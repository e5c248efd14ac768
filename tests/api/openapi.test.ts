/** The OpenAPI document describes the API that is there: all of it, and as it behaves. */
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { COMMON_ERRORS, ENDPOINTS, type Endpoint, type EndpointName } from '#lib/contract.ts'
import { ERRORS } from '#lib/task/errors.ts'
import { type CallName, requestOf } from '#lib/worker/client.ts'
import { EXAMPLES } from '../support/examples.ts'
import { lookUp, type Schema, violations } from '../support/json-schema.ts'
import { openStage } from '../support/stage.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: Schema
  readonly explode?: boolean
}
type Content = Record<string, { schema: Schema }>
interface Operation {
  readonly operationId: string
  readonly security?: unknown[]
  readonly parameters: Parameter[]
  readonly requestBody?: { required: boolean; content: Content }
  readonly responses: Record<string, { content: Content }>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
}

const open = openStage()
let document: OpenApi

beforeAll(async () => {
  const reply = await open().server.call<OpenApi>('GET', '/api/v1/openapi.json', undefined, null)
  document = reply.body
})

const ALL = Object.entries(ENDPOINTS) as [EndpointName, Endpoint][]

function operationOf({ method, path }: Endpoint): Operation {
  const operation = document.paths[path]?.[method.toLowerCase()]
  if (!operation) throw new Error(`the document lacks ${method} ${path}`)
  return operation
}

/** The fields of an input that do not stand in the path, and those of them that must be given. */
function fieldsOf({ input, params = {} }: Endpoint): { all: string[]; required: string[] } {
  if (!(input instanceof z.ZodObject)) throw new Error('an input is an object')
  const fields = Object.entries(input.shape as Record<string, z.ZodType>)
  const inPath = Object.values(params)
  const rest = fields.filter(([name]) => !inPath.includes(name))
  const must = rest.filter(([, schema]) => !schema.safeParse(undefined).success)
  return { all: rest.map(([name]) => name).toSorted(), required: must.map(([name]) => name).toSorted() }
}

describe('the document', () => {
  it('has every endpoint under its own name, and no other', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    )
    expect(found.toSorted()).toEqual(ALL.map(([name, { method, path }]) => `${name} ${method} ${path}`).toSorted())
  })

  it('refers to nothing that is not in it', () => {
    const text = JSON.stringify(document)
    const references = [...new Set([...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference = '']) => reference))]
    expect(references.length).toBeGreaterThan(3)
    expect(references.filter((reference) => lookUp(document, reference) === undefined)).toEqual([])
    expect(text).not.toContain('$defs')
  })

  it.each(ALL)('asks for the fields of %s, and no others', (_name, endpoint) => {
    const { parameters, requestBody } = operationOf(endpoint)
    const { all, required } = fieldsOf(endpoint)
    const inPath = parameters.filter((parameter) => parameter.in === 'path')
    const inQuery = parameters.filter((parameter) => parameter.in === 'query')
    const body = requestBody?.content['application/json']?.schema
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(endpoint.path.match(/\{\w+\}/g) ?? [])
    expect(inPath.every((parameter) => parameter.required)).toBe(true)
    expect(inQuery.filter(({ schema, explode }) => schema.type === 'array' && explode !== false)).toEqual([])
    const met = endpoint.method === 'GET' ? inQuery.map(({ name }) => name) : Object.keys(body?.properties ?? {})
    expect(met.toSorted()).toEqual(all)
    if (endpoint.method === 'GET') expect(requestBody).toBeUndefined()
    else expect((body?.required as string[] | undefined)?.toSorted() ?? []).toEqual(required)
    if (body) expect(body.additionalProperties).toBe(false)
  })

  it.each(ALL)('tells how %s can answer', (_name, endpoint) => {
    const codes = [...COMMON_ERRORS, ...endpoint.errors]
    const statuses = new Set([endpoint.status, ...codes.map((code) => ERRORS[code].status)])
    const { responses, security } = operationOf(endpoint)
    expect(Object.keys(responses).map(Number).toSorted()).toEqual([...statuses].toSorted())
    expect(security).toEqual(endpoint.access === 'public' ? [] : undefined)
  })

  it.each(Object.keys(EXAMPLES) as CallName[])('fits a call of %s and its answer', async (name) => {
    const stage = open()
    const endpoint: Endpoint = ENDPOINTS[name]
    // Each example is of its own endpoint, which a lookup by a union of names cannot tell.
    const { method, path, body } = requestOf(endpoint, (await EXAMPLES[name](stage, stage.admin)) as Schema)
    const { requestBody, responses } = operationOf(endpoint)
    const asked = requestBody?.content['application/json']?.schema ?? { type: 'object', additionalProperties: false }
    expect(violations(JSON.parse(body ?? '{}'), asked, document)).toEqual([])
    const reply = await stage.server.call(method, path, body)
    const answered = responses[String(reply.status)]?.content['application/json']?.schema ?? { enum: [] }
    expect(violations(reply.body, answered, document)).toEqual([])
  })

  it('fits an error, whatever facts it brings', async () => {
    const { server } = open()
    const reply = await server.call('GET', '/api/v1/tasks/nowhere')
    const problem = operationOf(ENDPOINTS.getTask).responses['404']?.content['application/problem+json']?.schema
    expect(reply.body).toMatchObject({ taskId: 'nowhere' })
    expect(violations(reply.body, problem ?? { enum: [] }, document)).toEqual([])
  })
})
