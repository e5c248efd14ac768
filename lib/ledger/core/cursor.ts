/** A place in one list. It names its list, so that a cursor of another one is refused and not misread. */
import { TaskError } from '#lib/task/errors.ts'

export function encodeCursor(list: string, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url')
}

/** `kinds` are the types of the values. A cursor is what its holder makes of it, and only these may reach a database. */
export function decodeCursor(
  list: string,
  cursor: string,
  kinds: readonly ('string' | 'number')[],
): (string | number)[] {
  try {
    const [name, ...values]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const valid = values.length === kinds.length && values.every((value, index) => isOf(kinds[index], value))
    if (name === list && valid) return values as (string | number)[]
  } catch {
    // Not ours either; the same answer below.
  }
  throw new TaskError(
    'validation',
    `cursor: not a place in the list of ${list}; take it from nextCursor of the same list`,
  )
}

function isOf(kind: 'string' | 'number' | undefined, value: unknown): boolean {
  if (kind === 'number') return Number.isSafeInteger(value)
  return typeof value === 'string' && !value.includes('\u0000')
}

/** Cuts a page out of rows that were read one further than asked. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { rows: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}
