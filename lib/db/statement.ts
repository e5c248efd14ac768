import type { Dialect, Input, Query, Row, Statement } from './types.ts'

/** Names a statement and renders its text once a dialect. */
export function statement(name: string, render: (dialect: Dialect) => string): Statement {
  const texts = new Map<string, string>()
  return {
    name,
    text(dialect) {
      const known = texts.get(dialect.name)
      if (known !== undefined) return known
      const text = render(dialect)
      texts.set(dialect.name, text)
      return text
    },
  }
}

/** Runs a statement over its input, inside a plan: `const rows = yield* run(lockTasks, inputs)`. Nothing in, nothing run. */
export function* run(query: Statement, input: readonly Input[]): Generator<Query, Row[], Row[]> {
  return input.length === 0 ? [] : yield { statement: query, input }
}

/**
 * The JSON text of a statement's input. PostgreSQL's jsonb takes neither NUL nor half a surrogate pair, both of which
 * occur in the output of processes; they become U+FFFD on both databases, so that both keep the same text.
 */
export function encode(input: readonly Input[]): string {
  const text = JSON.stringify(input)
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text
  return JSON.stringify(input, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value,
  )
}

/** `task_id text, attempt integer` as pairs; the one place that knows the notation. */
export function parseColumns(columns: string): { name: string; type: string }[] {
  return columns.split(',').map((column) => {
    const [name = '', type = ''] = column.trim().split(/\s+/)
    return { name, type }
  })
}
