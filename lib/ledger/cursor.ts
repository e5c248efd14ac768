/** A place in one list. It names its list, so that a cursor of another one is refused and not misread. */
import { TaskError } from '#lib/task/errors.ts'

export function encodeCursor(list: string, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url')
}

export function decodeCursor(list: string, cursor: string): (string | number)[] {
  try {
    const [name, ...values]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const valid = values.every((value) => typeof value === 'string' || typeof value === 'number')
    if (name === list && values.length > 0 && valid) return values as (string | number)[]
  } catch {
    // Not ours either; the same answer below.
  }
  throw new TaskError(
    'validation',
    `cursor: not a place in the list of ${list}; take it from nextCursor of the same list`,
  )
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
