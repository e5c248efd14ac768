import type { Dialect, Input, Query, Row, Statement } from './types.ts'

const known: Statement[] = []
/** Every statement that was named so far, for those who look at them all. PostgreSQL keeps each under its name. */
export const statements: readonly Statement[] = known

/** Names a statement and renders its text once a dialect. */
export function statement(name: string, render: (dialect: Dialect) => string): Statement {
  const texts = new Map<string, string>()
  const made: Statement = {
    name,
    text(dialect) {
      const rendered = texts.get(dialect.name)
      if (rendered !== undefined) return rendered
      const text = render(dialect)
      texts.set(dialect.name, text)
      return text
    },
  }
  known.push(made)
  return made
}

/** Runs a statement over its input, inside a plan: `const rows = yield* run(lockTasks, inputs)`. Nothing in, nothing run. */
export function* run(query: Statement, input: readonly Input[]): Generator<Query, Row[], Row[]> {
  return input.length === 0 ? [] : yield { statement: query, data: encode(input) }
}

/** As `run`, and answers the input as it is kept, which is what it was but for text that no database takes. */
export function* runAndKeep<T extends Input>(
  query: Statement,
  input: readonly T[],
): Generator<Query, { rows: Row[]; kept: readonly T[] }, Row[]> {
  if (input.length === 0) return { rows: [], kept: [] }
  const data = encode(input)
  const rows = yield { statement: query, data }
  return { rows, kept: data.includes('\ufffd') ? (JSON.parse(data) as T[]) : input }
}

/**
 * PostgreSQL's text takes neither NUL nor half a surrogate pair, both of which occur in the output of processes; they
 * become U+FFFD on both databases, so that both keep and find the same text.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

/** The JSON text of a statement's input; names inside JSON are text as well. */
export function encode(input: readonly Input[]): string {
  const text = JSON.stringify(input)
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text
  return JSON.stringify(input, (_key, value: unknown) => {
    if (typeof value === 'string') return storable(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), member]))
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
