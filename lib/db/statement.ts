import type { Dialect, Input, Query, Row, Statement } from './types.ts'

const known: Statement[] = []
/** Every statement that was named so far, for those who look at them all. PostgreSQL keeps each under its name. */
export const statements: readonly Statement[] = known

interface Rendered {
  readonly text: string
  readonly columns: readonly string[]
  readonly packed: readonly string[]
  /** It asks for places in the input, where all columns must be. */
  readonly byPlace: boolean
}

/** Names a statement and renders its text once a dialect. */
export function statement(name: string, render: (dialect: Dialect) => string): Statement {
  const cache = new Map<Dialect['name'], Rendered>()
  function rendered(dialect: Dialect): Rendered {
    const made = cache.get(dialect.name) ?? renderFor(dialect, render)
    cache.set(dialect.name, made)
    return made
  }
  const made: Statement = {
    name,
    text: (dialect) => rendered(dialect).text,
    columns: (dialect) => rendered(dialect).columns,
    packed: (dialect) => rendered(dialect).packed,
    textFor(dialect, common) {
      const { text, byPlace } = renderFor(dialect, render, common)
      return byPlace ? undefined : text
    },
  }
  known.push(made)
  return made
}

/** The input of a statement has the columns that its text asks for. */
function renderFor(dialect: Dialect, render: (dialect: Dialect) => string, common: readonly string[] = []): Rendered {
  const columns: string[] = []
  const packed: string[] = []
  let byPlace = false
  const text = render({
    ...dialect,
    rows(list) {
      columns.push(...parseColumns(list).map((column) => column.name))
      return dialect.rows(list, common)
    },
    scalar(place, type) {
      byPlace = true
      return dialect.scalar(place, type)
    },
    whole(alias, list) {
      packed.push(...packedColumns(list))
      return dialect.whole(alias, list)
    },
  })
  return { text, columns, packed, byPlace }
}

/** Runs a statement over its input, inside a plan: `const rows = yield* run(lockTasks, inputs)`. Nothing in, nothing run. */
export function* run(query: Statement, input: readonly Input[]): Generator<Query, Row[], Row[]> {
  return input.length === 0 ? [] : yield { statement: query, input }
}

/** As `run`, and answers the input as it is kept, which is what it was but for text that no database takes. */
export function* runAndKeep<T extends Input>(
  query: Statement,
  input: readonly T[],
): Generator<Query, { rows: Row[]; kept: readonly T[] }, Row[]> {
  const rows = yield* run(query, input)
  // What replaces an input has its columns, and their types.
  return { rows, kept: (replaced.get(input) as readonly T[] | undefined) ?? input }
}

/**
 * PostgreSQL's text takes neither NUL nor half a surrogate pair, both of which occur in the output of processes; they
 * become U+FFFD on both databases, so that both keep and find the same text.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

/** Inputs that could not be stored as they came, and what was stored for them. */
const replaced = new WeakMap<readonly Input[], readonly Input[]>()

/**
 * The JSON text of a statement's input: an array a row, in the order of the columns. Objects would be twice as long and
 * twice as slow to take apart, in both databases.
 */
export function encode(input: readonly Input[], columns: readonly string[]): string {
  const text = toText(input, columns)
  if (isStorable(text)) return text
  const kept = storableJson(input) as readonly Input[]
  replaced.set(input, kept)
  return toText(kept, columns)
}

/** Whether no half surrogate pair and no NUL is in a JSON text; where it seems to be, it may be something else. */
export function isStorable(text: string): boolean {
  // Mostly there is no escape of the kind at all, which is found out ten times as fast.
  return !text.includes('\\u') || !/\\u(0000|d[89a-f])/i.test(text)
}

function toText(input: readonly Input[], columns: readonly string[]): string {
  return JSON.stringify(input.map((row) => columns.map((name) => row[name])))
}

/** Names inside JSON are text as well. */
function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(storableJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), storableJson(member)]))
}

/** What SQLite gives of a row in one text: such a text keeps fifteen digits of a double, which JSON may be as well. */
export function packedColumns(list: string): string[] {
  return parseColumns(list).flatMap(({ name, type }) => (type === 'double' || type === 'json' ? [] : [name]))
}

/**
 * Rows as they are without packing. All are copies of one that JSON.parse made: an object of sixty members that was put
 * together one by one is a dictionary to the engine, and five times as slow to make and to copy.
 */
export function unpack(rows: Row[], names: readonly string[]): Row[] {
  const [first] = rows
  if (names.length === 0 || !first) return rows
  const members = [...names, ...Object.keys(first).filter((name) => name !== 'packed')]
  const empty: Row = JSON.parse(JSON.stringify(Object.fromEntries(members.map((name) => [name, null]))))
  return rows.map(({ packed, ...others }) => {
    const row = { ...empty }
    const values: unknown[] = JSON.parse(packed as string)
    for (let place = 0; place < values.length; place += 1) {
      if (values[place] !== null) row[names[place] ?? ''] = values[place]
    }
    return Object.assign(row, others)
  })
}

/** The parameters of a read, by the same rule. */
export function parametersOf(values: readonly unknown[]): unknown[] {
  return values.map((value) => (typeof value === 'string' ? storable(value) : value))
}

/** `task_id text, attempt integer` as pairs; the one place that knows the notation. */
export function parseColumns(columns: string): { name: string; type: string }[] {
  return columns.split(',').map((column) => {
    const [name = '', type = ''] = column.trim().split(/\s+/)
    return { name, type }
  })
}
