/** The language of the query box: `status:running repo:acme/api words`. Pure, the same on the server and in the browser. */
import { TASK_STATUSES } from '#lib/task/states.ts'
import { DAY, SPAN } from '#lib/task/window.ts'
import { FILTERS, type Filters } from './task-query.ts'

export type Query = { ok: true; filters: Filters } | { ok: false; message: string }

/** Reads what somebody typed. An unknown filter is a message, never a search for something else. */
export function parseQuery(text: string, base: Filters = {}): Query {
  const filters: Filters = { ...base }
  const words: string[] = base.q === undefined ? [] : [base.q]
  for (const { name, value } of tokensOf(text)) {
    if (name === null) {
      words.push(value)
      continue
    }
    const filter = NAMED.find((known) => known === name.toLowerCase())
    if (filter === undefined) return { ok: false, message: unknown('filter', name, NAMED) }
    filters[filter] = filter === 'status' ? merged(filters.status, value) : value
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

const NAMED = FILTERS.filter((filter) => filter !== 'q')
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** A token is `name:value`, a quoted phrase, or a word; a value with spaces stands in quotes. */
function* tokensOf(text: string): Generator<{ name: string | null; value: string }> {
  for (const match of text.matchAll(/([A-Za-z_]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)/g)) {
    const [, name, quoted, plain, phrase, word] = match
    if (name === undefined) yield { name: null, value: phrase ?? word ?? '' }
    else if (/^\/\//.test(plain ?? '')) yield { name: null, value: match[0] }
    else yield { name, value: quoted ?? plain ?? '' }
  }
}

function checked(filters: Filters): Query {
  for (const status of filters.status?.split(',') ?? []) {
    if (!TASK_STATUSES.some((known) => known === status)) {
      return { ok: false, message: unknown('status', status, TASK_STATUSES) }
    }
  }
  if (filters.issue !== undefined && !/^[1-9]\d{0,9}$/.test(filters.issue)) {
    return { ok: false, message: `issue takes a number, met “${filters.issue}”.` }
  }
  for (const name of ['since', 'until'] as const) {
    const value = filters[name]
    if (value !== undefined && !isMoment(value)) {
      return { ok: false, message: `${name} takes 24h, 7d, a day or an instant with its offset, met “${value}”.` }
    }
  }
  return { ok: true, filters }
}

function isMoment(value: string): boolean {
  return SPAN.test(value) || ((DAY.test(value) || INSTANT.test(value)) && !Number.isNaN(Date.parse(value)))
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
