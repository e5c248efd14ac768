/**
 * A statement as it is written, before a dialect has filled in its own words: each of those is a mark, so that both
 * dialects have the same guards, and what a dialect needs for one of them is no guard of the ledger.
 */
import type { Dialect } from '#lib/db/types.ts'

export interface Marked {
  /** With marks in the place of the dialect's words. */
  readonly text: string
  /** With those words in the place of the marks; or with what they mean, for people. */
  fill(text: string, how?: 'word' | 'meaning'): string
}

/** What people need to know of the parts of a dialect, where it is not their name with what they were given. */
const MEANINGS: Record<string, string> = { rows: 'input AS c', by: '' }

export function mark(dialect: Dialect, render: (dialect: Dialect) => string): Marked {
  const words: { word: string; meaning: string }[] = []
  function put(part: string, word: string, given: readonly unknown[] = []): string {
    const named = given.length === 0 ? part : `${part}(${given.join(', ')})`
    const lock = part.startsWith('lock')
    words.push({ word, meaning: MEANINGS[part] ?? (lock ? `[${part}]` : named) })
    return `«${lock ? 'lock' : 'word'}${words.length - 1}»`
  }
  const marking = Object.fromEntries(
    Object.entries(dialect).map(([part, value]) => [
      part,
      typeof value === 'function' ? (...given: never[]) => put(part, value(...given), given) : marked(part, value),
    ]),
  )
  function marked(part: string, value: string): string {
    return part === 'name' ? value : put(part, value)
  }
  // It has each part of the dialect, and of the same kind.
  const text = render(marking as unknown as Dialect)
  function fill(marks: string, how: 'word' | 'meaning' = 'word'): string {
    const filled = marks.replaceAll(/«\D+(\d+)»/g, (_mark, place: string) => words[Number(place)]?.[how] ?? '')
    // What a dialect was given may hold marks itself.
    return filled === marks ? filled : fill(filled, how)
  }
  return { text, fill }
}
