/** A worker's calls do without schemas, so what they check of an answer must be what the schema promises. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { WORKER_ROUTES, type WorkerCall } from '#lib/contract/worker-routes.ts'
import { ENDPOINTS } from '#lib/contract.ts'
import { ANSWERS, fits, type Shape } from '#lib/worker/answers.ts'

const CALLS = Object.keys(WORKER_ROUTES) as WorkerCall[]

interface JsonSchema {
  readonly type?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
}

/** What the shape asks for and the schema does not promise. */
function unpromised(shape: Shape, schema: JsonSchema, path: string): string[] {
  if (typeof shape === 'string') {
    const promised = schema.type === 'integer' ? 'number' : schema.type
    return promised === shape ? [] : [`${path}: ${promised}, not ${shape}`]
  }
  if (Array.isArray(shape)) return unpromised(shape[0], schema.items ?? {}, `${path}[]`)
  return Object.entries(shape).flatMap(([field, inner]) => {
    const at = `${path}.${field}`
    return schema.required?.includes(field)
      ? unpromised(inner, schema.properties?.[field] ?? {}, at)
      : [`${at} may be absent`]
  })
}

describe('what is checked of an answer', () => {
  test.each(CALLS)('is promised by the schema of %s', (name) => {
    // The document is a plain tree of these fields.
    const schema = z.toJSONSchema(ENDPOINTS[name].output, { unrepresentable: 'any', reused: 'inline' }) as JsonSchema
    expect(unpromised(ANSWERS[name], schema, name)).toEqual([])
  })

  test('is missed where a field is absent, of another type, or wrong in one item of a list', () => {
    const shape = { held: [{ attempt: 'number' }], drain: 'boolean' } as const
    expect(fits({ held: [{ attempt: 1, more: 'x' }], drain: false }, shape)).toBe(true)
    for (const odd of [
      null,
      'text',
      {},
      { held: [], drain: 'no' },
      { held: {}, drain: true },
      { held: [{ attempt: 1 }, { attempt: '2' }], drain: true },
    ])
      expect(fits(odd, shape), JSON.stringify(odd)).toBe(false)
  })
})
