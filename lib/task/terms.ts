/**
 * The words in which a list of tasks is asked for: `name:value`, `-name:value`, a phrase in quotes, a word. Pure. What
 * `writeTerm` writes is read as the same again.
 */
export interface Term {
  /** Null for words without a name. */
  readonly name: string | null
  readonly value: string
  /** What it names is left out. */
  readonly not: boolean
}

/** A value with spaces stands in quotes; in quotes `\"` and `\\` mean the sign itself. An address is no `name:value`. */
export function termsOf(text: string): Term[] {
  return [...text.matchAll(TERM)].map(([whole, minus, name, quoted, plain, phrase, word]) => {
    if (name === undefined) return { name: null, value: unescaped(phrase) ?? word ?? '', not: false }
    if (plain?.startsWith('//')) return { name: null, value: whole, not: false }
    return { name, value: unescaped(quoted) ?? plain ?? '', not: minus === '-' }
  })
}

export function writeTerm({ name, value, not }: Term): string {
  const written = /^$|["\s]/.test(value) || (name === null && value.includes(':'))
  const text = written ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : value
  return name === null ? text : `${not ? '-' : ''}${name}:${text}`
}

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`
const TERM = new RegExp(String.raw`(-?)([A-Za-z_]+):(?:${QUOTED}|(\S+))|${QUOTED}|(\S+)`, 'g')

function unescaped(quoted: string | undefined): string | undefined {
  return quoted?.replaceAll(/\\(["\\])/g, '$1')
}

/** What can be left out of a list by `-name:value`. */
export const EXCLUDABLE = [
  ...(['status', 'repo', 'agent', 'model', 'worker', 'user', 'issue'] as const),
  ...(['label', 'error', 'cause', 'incident'] as const),
] as const
export type Excludable = (typeof EXCLUDABLE)[number]

export interface Exclusion {
  readonly name: Excludable
  readonly value: string
}

/** The pairs of a text such as `repo:acme/api status:success`; null when it holds anything else. */
export function exclusionsOf(text: string): Exclusion[] | null {
  const exclusions = termsOf(text).map(({ name, value, not }) => {
    const known = EXCLUDABLE.find((each) => each === name)
    return known === undefined || not || value === '' ? null : { name: known, value }
  })
  return exclusions.some((each) => each === null) ? null : exclusions.filter((each) => each !== null)
}

export function writeExclusions(exclusions: readonly Exclusion[]): string {
  const terms = exclusions.map((each) => writeTerm({ ...each, not: false }))
  return [...new Set(terms)].join(' ')
}

/** What is completed from what is on record; all else is known without asking. */
export const VALUES_OF = ['repo', 'agent', 'model', 'worker', 'user', 'label', 'error'] as const
export type ValuesOf = (typeof VALUES_OF)[number]

/** Why an attempt ended before its time, or by whose hand. */
export const END_CAUSES = [
  ...(['proven', 'suspected', 'declared', 'replaced', 'shutdown', 'dropped', 'silent'] as const),
  ...(['reported', 'operator', 'adopted'] as const),
] as const
export type EndCause = (typeof END_CAUSES)[number]

/** A figure, alone or after one of these: `>5`, `<=0.5`, `3`. */
export const COMPARISON = /^(>=|<=|>|<)?(\d{1,9}(?:\.\d{1,6})?)$/

export interface Comparison {
  readonly operator: '>=' | '<=' | '>' | '<' | '='
  readonly figure: number
}

export function comparisonOf(text: string): Comparison | null {
  const found = COMPARISON.exec(text)
  // The expression lets nothing else stand before the figure.
  return found && { operator: (found[1] ?? '=') as Comparison['operator'], figure: Number(found[2]) }
}
