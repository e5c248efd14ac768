/**
 * What all rows of an input have in common is sent to SQLite once, and not taken out of each row again: half of what a
 * write by the thousand costs is taking its input apart. A statement has a text for each set of such columns; sets beyond
 * a few are sent row by row, as anything may be.
 */
import { sqlite } from './sqlite.ts'
import { encode, isStorable } from './statement.ts'
import type { Input, Query, Statement } from './types.ts'

/** Fewer rows are not worth a text of their own. */
const ROWS_MIN = 8
const COLUMNS_MIN = 2
const TEXTS_MAX = 8

export interface Asked {
  readonly text: string
  /** The first parameter, and the third where the text asks for it. */
  readonly rows: string
  readonly common?: string
}

/** The text of a statement and its parameters, for SQLite. */
export function asked({ statement, input }: Query): Asked {
  const columns = statement.columns(sqlite)
  return askedInCommon(statement, input, columns) ?? { text: statement.text(sqlite), rows: encode(input, columns) }
}

function askedInCommon(statement: Statement, input: readonly Input[], columns: readonly string[]): Asked | undefined {
  const [first] = input
  if (!first || input.length < ROWS_MIN) return undefined
  const inCommon = columns.filter((name) => isCommon(input, name, first[name]))
  if (inCommon.length < COLUMNS_MIN) return undefined
  const text = textFor(statement, inCommon)
  const common = JSON.stringify(inCommon.map((name) => first[name]))
  if (text === undefined || !isStorable(common)) return undefined
  const own = columns.filter((name) => !inCommon.includes(name))
  return { text, common, rows: encode(input, own) }
}

function isCommon(input: readonly Input[], name: string, value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && input.every((row) => row[name] === value)
}

const texts = new WeakMap<Statement, Map<string, string | undefined>>()

function textFor(statement: Statement, common: readonly string[]): string | undefined {
  const known = texts.get(statement) ?? new Map<string, string | undefined>()
  texts.set(statement, known)
  const key = common.join()
  if (!known.has(key) && known.size < TEXTS_MAX) known.set(key, statement.textFor(sqlite, common))
  return known.get(key)
}
