import { redirect } from 'next/navigation'
import type { ListPage } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'

export type Parameters = Readonly<Record<string, string | string[] | undefined>>

export interface Pages {
  readonly newer: string | null
  readonly older: string | null
}

/** Between the positions of the pages that were passed on the way down; a sign that no cursor holds. */
const SEPARATOR = '~'
const TRAIL_MAX = 20

/** A list can only be followed downwards, so the address keeps the way back up. */
export function readPage(
  path: string,
  parameters: Parameters,
): { command: ListPage; pager: (nextCursor: string | null) => Pages } {
  const cursor = one(parameters.cursor)
  const passed = one(parameters.trail)?.split(SEPARATOR).filter(Boolean) ?? []
  return {
    command: cursor === undefined ? {} : { cursor },
    pager: (nextCursor) => ({
      newer: cursor === undefined ? null : at(path, passed.at(-1), passed.slice(0, -1)),
      older: nextCursor === null ? null : at(path, nextCursor, cursor === undefined ? [] : [...passed, cursor]),
    }),
  }
}

/** A position that means nothing to this list, such as one from an old bookmark, leads to its top. */
export async function orFromTop<T>(path: string, page: Promise<T>): Promise<T> {
  try {
    return await page
  } catch (error) {
    if (isTaskError(error) && error.code === 'validation') redirect(path)
    throw error
  }
}

export function one(value: string | string[] | undefined): string | undefined {
  return [value].flat().at(-1) || undefined
}

function at(path: string, cursor: string | undefined, trail: readonly string[]): string {
  const parameters = new URLSearchParams()
  if (cursor !== undefined) parameters.set('cursor', cursor)
  if (trail.length > 0) parameters.set('trail', trail.slice(-TRAIL_MAX).join(SEPARATOR))
  if (parameters.size === 0) return path
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`
}
