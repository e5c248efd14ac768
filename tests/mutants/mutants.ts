/** Every guard of a statement, by a name that people and both databases share, and the statement without it. */
import type { Dialect, Statement } from '#lib/db/types.ts'
import { type Guard, guardsOf } from './guards.ts'
import { mark } from './marks.ts'

type Render = (dialect: Dialect) => string

/** The names of a statement's guards; two of the same text are told apart by a number. Locks stand last. */
export function namesOf(render: Render, dialect: Dialect): string[] {
  return [...find(render, dialect).keys()]
}

/** The statement without one of its guards; the same text where it has none of that name. */
export function withoutGuard(statement: Statement, render: Render, guardName: string): Statement {
  const texts = new Map<string, string>()
  function text(dialect: Dialect): string {
    const made = texts.get(dialect.name) ?? removed(render, guardName, dialect)
    texts.set(dialect.name, made)
    return made
  }
  return { ...statement, text }
}

function removed(render: Render, guardName: string, dialect: Dialect): string {
  // An index that serves only those rows which the guard leaves over would be missed, not the guard.
  const { text, fill } = mark({ ...dialect, by: () => '' }, render)
  const guard = find(render, dialect).get(guardName)
  return fill(guard ? text.slice(0, guard.from) + guard.instead + text.slice(guard.to) : text)
}

function find(render: Render, dialect: Dialect): Map<string, Guard> {
  const { text, fill } = mark(dialect, render)
  const found = new Map<string, Guard>()
  const times = new Map<string, number>()
  for (const guard of [...guardsOf(text), ...locksOf(text)]) {
    const name = fill(guard.text, 'meaning').replaceAll(/\s+/g, ' ').trim()
    const count = (times.get(name) ?? 0) + 1
    times.set(name, count)
    found.set(count === 1 ? name : `${name} #${count}`, guard)
  }
  return found
}

/** A lock is a guard against those who write at the same time; SQLite has but one writer. */
function locksOf(text: string): Guard[] {
  return [...text.matchAll(/«lock\d+»/g)].map(({ 0: lock, index }) => ({
    from: index,
    to: index + lock.length,
    text: lock,
    instead: '',
  }))
}

export function isLock(guardName: string): boolean {
  return /^\[lock\w*\]/.test(guardName)
}
