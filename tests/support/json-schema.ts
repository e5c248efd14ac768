/** A small checker of JSON Schema, as far as the OpenAPI document uses it. A keyword that it does not know is an error. */

export type Schema = { readonly [keyword: string]: unknown }
type Check = (value: unknown, schema: Schema, at: string, root: unknown) => string[]

/** What is wrong with a value, one sentence each; references are looked up in `root`. */
export function violations(value: unknown, schema: Schema, root: unknown, at = '$'): string[] {
  return Object.keys(schema).flatMap((keyword) => {
    const check = CHECKS[keyword]
    return check ? check(value, schema, at, root) : [`${at}: the schema has the unknown keyword ${keyword}`]
  })
}

/** What a reference points at; undefined when there is nothing. */
export function lookUp(root: unknown, reference: string): unknown {
  const names = reference.replace(/^#\//, '').split('/')
  return names.reduce<unknown>((tree, name) => {
    const key = name.replaceAll('~1', '/').replaceAll('~0', '~')
    return isObject(tree) ? tree[key] : undefined
  }, root)
}

const nothing: Check = () => []
const compare =
  (holds: (value: number, limit: number) => boolean, sizeOf: (value: unknown) => number | undefined) =>
  (keyword: string): Check =>
  (value, schema, at) => {
    const size = sizeOf(value)
    const limit = schema[keyword] as number
    return size === undefined || holds(size, limit) ? [] : [`${at}: ${keyword} is ${limit}, met ${size}`]
  }
const atLeast = (value: number, limit: number) => value >= limit
const atMost = (value: number, limit: number) => value <= limit
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
const length = (value: unknown) => (typeof value === 'string' ? [...value].length : undefined)
const count = (value: unknown) => (Array.isArray(value) ? value.length : undefined)

const CHECKS: Record<string, Check | undefined> = {
  $ref: (value, { $ref }, at, root) => {
    const target = lookUp(root, String($ref))
    return isObject(target) ? violations(value, target, root, at) : [`${at}: ${$ref} leads nowhere`]
  },
  type: (value, { type }, at) =>
    [type].flat().some((one) => hasType(value, String(one))) ? [] : [`${at}: is not of type ${type}`],
  enum: (value, schema, at) => ((schema.enum as unknown[]).includes(value) ? [] : [`${at}: is none of the words`]),
  const: (value, schema, at) => (value === schema.const ? [] : [`${at}: is not ${schema.const}`]),
  anyOf: (value, { anyOf }, at, root) =>
    (anyOf as Schema[]).some((schema) => violations(value, schema, root, at).length === 0) ? [] : [`${at}: fits none`],
  properties: (value, { properties }, at, root) =>
    isObject(value)
      ? Object.entries(properties as Record<string, Schema>).flatMap(([name, schema]) =>
          name in value ? violations(value[name], schema, root, `${at}.${name}`) : [],
        )
      : [],
  required: (value, { required }, at) =>
    isObject(value) ? (required as string[]).filter((name) => !(name in value)).map((name) => `${at}: no ${name}`) : [],
  additionalProperties: (value, { additionalProperties, properties = {} }, at, root) => {
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !(name in (properties as Schema))) : []
    if (additionalProperties === false) return others.map(([name]) => `${at}: has the unknown field ${name}`)
    return others.flatMap(([name, it]) => violations(it, additionalProperties as Schema, root, `${at}.${name}`))
  },
  propertyNames: (value, { propertyNames }, at, root) =>
    Object.keys(isObject(value) ? value : {}).flatMap((name) => violations(name, propertyNames as Schema, root, at)),
  items: (value, { items }, at, root) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => violations(item, items as Schema, root, `${at}.${index}`))
      : [],
  pattern: (value, { pattern }, at) =>
    typeof value !== 'string' || new RegExp(String(pattern), 'u').test(value) ? [] : [`${at}: is not like ${pattern}`],
  minimum: compare(atLeast, number)('minimum'),
  maximum: compare(atMost, number)('maximum'),
  minLength: compare(atLeast, length)('minLength'),
  maxLength: compare(atMost, length)('maxLength'),
  minItems: compare(atLeast, count)('minItems'),
  maxItems: compare(atMost, count)('maxItems'),
  default: nothing,
  description: nothing,
  format: nothing,
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
