/** What can be completed where the cursor stands in the query box. Pure: values of the ledger come as arguments. */
import { EXCLUDABLE, type Excludable, writeTerm } from '#lib/task/terms.ts'
import { FILTER_NOTES, type NamedFilter, suggestedValues } from './completion-words.ts'

/** The part of a text that a choice would take the place of: from `start` up to `end`. */
export interface Place {
  readonly start: number
  readonly end: number
  readonly not: boolean
  /** The filter whose value is being typed; null while its name, or a word, is. */
  readonly filter: NamedFilter | null
  /** What stands there already, before the cursor. */
  readonly typed: string
  /** What goes before the value: `running,` of `status:running,fa`. */
  readonly before: string
}

export interface Suggestion {
  readonly text: string
  readonly note: string
  /** More is to be typed behind it: a value after a name, a figure after an operator. */
  readonly goesOn: boolean
}

const SHOWN_MAX = 20
const NAMES = Object.keys(FILTER_NOTES) as NamedFilter[] // Object.keys tells no more than string.

/** Null inside a phrase in quotes, which can only be typed. */
export function placeAt(text: string, caret: number): Place | null {
  const start = termStart(text, caret)
  const [term = ''] = /^(?:"[^"]*"?|[^\s"])*/.exec(text.slice(start)) ?? []
  const head = text.slice(start, caret)
  if (head.startsWith('"')) return null
  const [, minus, name, value] = /^(-?)(?:([A-Za-z_]+):)?(.*)$/s.exec(head) ?? []
  const filter = NAMES.find((known) => known === name?.toLowerCase()) ?? null
  const not = minus === '-'
  const end = start + term.length
  if (filter === null) return name === undefined ? { start, end, not, filter, typed: value ?? '', before: '' } : null
  const plain = (value ?? '').replace(/^"/, '').replaceAll(/\\(["\\])/g, '$1')
  const cut = filter === 'status' ? plain.lastIndexOf(',') + 1 : 0
  return { start, end, not, filter, typed: plain.slice(cut), before: plain.slice(0, cut) }
}

function termStart(text: string, caret: number): number {
  const before = text.slice(0, caret)
  const terms = [...before.matchAll(/(?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s"])+/g)]
  const last = terms.at(-1)
  return last !== undefined && last.index + last[0].length === before.length ? last.index : caret
}

/** `known` are the values on record, where the filter has such; those that begin with what was typed come first. */
export function suggestionsAt(place: Place, known: readonly string[]): Suggestion[] {
  return (place.filter === null ? namesAt(place) : valuesAt(place, place.filter, known)).slice(0, SHOWN_MAX)
}

function namesAt({ typed, not }: Place): Suggestion[] {
  const names: readonly NamedFilter[] = not ? EXCLUDABLE : NAMES
  const found = matching(names, typed, (name) => [name]).map((name) => ({
    text: `${not ? '-' : ''}${name}:`,
    note: not ? `leave out: ${FILTER_NOTES[name]}` : FILTER_NOTES[name],
    goesOn: true,
  }))
  if (typed.length < 2) return found
  const statuses = matching(suggestedValues('status'), typed, ({ value, note }) => [value, note])
  return [...found, ...statuses.map(({ value, note }) => termOf('status', value, not, note))]
}

function valuesAt({ typed, not, before }: Place, filter: NamedFilter, known: readonly string[]): Suggestion[] {
  const taken = before.split(',')
  const fixed = suggestedValues(filter).filter(({ value }) => !taken.includes(value))
  const all = [...fixed, ...known.map((value) => ({ value, note: '', goesOn: false }))]
  return matching(all, typed, ({ value, note }) => [value, note])
    .filter(({ value }) => value !== typed)
    .map(({ value, note, goesOn = false }) => ({ ...termOf(filter, before + value, not, note), goesOn }))
}

function termOf(name: NamedFilter | Excludable, value: string, not: boolean, note: string): Suggestion {
  return { text: writeTerm({ name, value, not }), note, goesOn: false }
}

function matching<T>(all: readonly T[], typed: string, wordsOf: (each: T) => readonly string[]): T[] {
  const part = typed.toLowerCase()
  const rankOf = (each: T) => {
    const places = wordsOf(each).map((word) => word.toLowerCase().indexOf(part))
    return places.some((place) => place === 0) ? 0 : places.some((place) => place > 0) ? 1 : 2
  }
  return [0, 1].flatMap((rank) => all.filter((each) => rankOf(each) === rank))
}

/** The text with a choice in its place, and where the cursor goes. */
export function complete(text: string, { start, end }: Place, { text: chosen, goesOn }: Suggestion) {
  const rest = text.slice(end)
  const gap = goesOn || rest.startsWith(' ') ? '' : ' '
  const caret = start + chosen.length + (goesOn ? 0 : 1)
  return { text: text.slice(0, start) + chosen + gap + rest, caret }
}
