/** The language of the query box: `status:running repo:acme/api words`. Pure, the same on the server and in the browser. */
import { TASK_STATUSES } from '#lib/task/states.ts'
import { COMPARISON, END_CAUSES, EXCLUDABLE, exclusionsOf, termsOf } from '#lib/task/terms.ts'
import { CLOCK, DAY, MOMENTS, SPAN } from '#lib/task/window.ts'
import { excluding } from './exclusions.ts'
import { FILTERS, type Filter, type Filters } from './task-query.ts'

export type Query = { ok: true; filters: Filters } | { ok: false; message: string }

/** Reads what somebody typed. An unknown filter is a message, never a search for something else. */
export function parseQuery(text: string, base: Filters = {}): Query {
  const filters: Filters = { ...base }
  const words: string[] = base.q === undefined ? [] : [base.q]
  for (const { name, value, not } of termsOf(text)) {
    if (name === null) {
      words.push(value)
      continue
    }
    const filter = NAMED.find((known) => known === name.toLowerCase())
    if (filter === undefined) return { ok: false, message: unknown('filter', name, NAMED) }
    if (not) {
      const excludable = EXCLUDABLE.find((known) => known === filter)
      if (excludable === undefined) return { ok: false, message: `“-${filter}:” is not known: ${ONLY}` }
      Object.assign(filters, excluding(filters, { name: excludable, value: caseOf(filter, value) }))
    } else filters[filter] = filter === 'status' ? merged(filters.status, value) : caseOf(filter, value)
  }
  if (words.length > 0) filters.q = words.join(' ')
  return checked(filters)
}

/** Reads a URL; whatever is not a filter is somebody else's. */
export function readFilters(parameters: Readonly<Record<string, string | string[] | undefined>>): Query {
  const filters: Filters = {}
  for (const filter of FILTERS) {
    const value = [parameters[filter]].flat().at(-1)
    if (value) filters[filter] = value
  }
  return checked(filters)
}

export const NAMED = FILTERS.filter((filter) => filter !== 'q' && filter !== 'not')
const ONLY = `what can be left out are ${EXCLUDABLE.join(', ')}.`
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

function caseOf(filter: Filter, value: string): string {
  return filter === 'status' || filter === 'cause' ? value.toLowerCase() : value
}

function checked(filters: Filters): Query {
  const message = wrongIn(filters) ?? wrongInExclusions(filters.not)
  return message === null ? { ok: true, filters } : { ok: false, message }
}

function wrongIn(filters: Filters): string | null {
  for (const status of filters.status?.split(',') ?? []) {
    if (!TASK_STATUSES.some((known) => known === status)) return unknown('status', status, TASK_STATUSES)
  }
  if (filters.cause !== undefined && !END_CAUSES.some((known) => known === filters.cause)) {
    return unknown('cause', filters.cause, END_CAUSES)
  }
  if (filters.issue !== undefined && !/^[1-9]\d{0,9}$/.test(filters.issue)) {
    return `issue takes a number, met “${filters.issue}”.`
  }
  for (const name of ['cost', 'attempts'] as const) {
    const value = filters[name]
    if (value !== undefined && !COMPARISON.test(value)) {
      return `${name} takes a figure such as 3, >1 or <=0.5, met “${value}”.`
    }
  }
  for (const name of MOMENTS) {
    const value = filters[name]
    if (value !== undefined && !isMoment(value)) {
      return `${name} takes 24h, 7d, 14:02, a day or an instant with its offset, met “${value}”.`
    }
  }
  return null
}

/** Each pair is judged as the filter of its name is. */
function wrongInExclusions(not: string | undefined): string | null {
  const exclusions = exclusionsOf(not ?? '')
  if (exclusions === null) return `not takes pairs such as repo:acme/api, met “${not}”: ${ONLY}`
  return exclusions.map(({ name, value }) => wrongIn({ [name]: value })).find((message) => message !== null) ?? null
}

function isMoment(value: string): boolean {
  return (
    SPAN.test(value) ||
    CLOCK.test(value) ||
    ((DAY.test(value) || INSTANT.test(value)) && !Number.isNaN(Date.parse(value)))
  )
}

function merged(before: string | undefined, value: string): string {
  const all = [...(before?.split(',') ?? []), ...value.toLowerCase().split(',')]
  return [...new Set(all.filter(Boolean))].join(',')
}

function unknown(what: string, met: string, known: readonly string[]): string {
  const guess = nearest(met.toLowerCase(), known)
  return `Unknown ${what} “${met}”. ${guess ? `Did you mean ${guess}?` : `Known are ${known.join(', ')}.`}`
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known.map((name) => ({ name, far: distance(word, name) })).sort((a, b) => a.far - b.far)
  return best && best.far <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** Edits from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...to].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
