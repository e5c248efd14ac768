/**
 * Masks secrets in text that processes wrote: keys, bearer tokens, passwords, URLs with credentials. Pure. Every
 * pattern runs in time linear in its text: no repetition stands inside another, and what can begin anywhere is bounded.
 */

export const MASK = '***'
/** How much of a chunk must be known to judge the next one. */
export const TAIL_LENGTH = 256

/** The whole of a text that ends where its secrets end: an error, a reason, a note. */
export function maskSecrets(text: string): string {
  return replace(text, secretsIn(text, WHOLE))
}

/** As `maskSecrets`, and without the names of people in the paths of their homes. */
export function maskError(text: string): string {
  return maskSecrets(text).replaceAll(HOME, '~')
}

interface Report {
  readonly reason?: string | undefined
  readonly error?: { readonly class: string; readonly message: string } | undefined
}

/** What is told of an attempt's end may quote what must not be stored. */
export function maskReport<T extends Report>(report: T): T {
  const { reason, error } = report
  return {
    ...report,
    ...(reason === undefined ? {} : { reason: maskSecrets(reason) }),
    ...(error === undefined ? {} : { error: { class: maskError(error.class), message: maskError(error.message) } }),
  }
}

/**
 * A chunk of a stream that ended so far, as it was stored, with `tail`; null where nobody knows how, after a gap. A
 * secret that both share is masked in both: what may be the beginning of one is masked at the end of a chunk already.
 */
export function maskChunk(tail: string | null, data: string): string {
  if (tail === null) return KEY_LINES.test(data) ? mask(KEY_BEGIN, data, 0) : mask('', data, lengthOf(TORN, data))
  return mask(tail, data, tail.endsWith(MASK) && openKeyIn(tail) === null ? lengthOf(BODY_RUN, data) : 0)
}

/** With what is known to be secret at the beginning of the chunk. */
function mask(tail: string, data: string, begun: number): string {
  const joined = tail + data
  const open = openKeyIn(joined)
  const ranges = [
    ...secretsIn(joined, WHOLE),
    ...secretsIn(joined, BEGUN).filter(({ from, to }) => !PORT.test(joined.slice(from, to))),
    ...(begun > 0 ? [{ from: tail.length, to: tail.length + begun }] : []),
  ]
  const own = ranges
    .map(({ from, to }) => ({ from: Math.max(0, from - tail.length), to: to - tail.length }))
    .filter(({ from, to }) => to > from)
  if (own.length === 0) return data
  const masked = replace(data, own)
  if (open !== null && open.from <= tail.length && masked.startsWith(MASK)) return `${KEY_BEGIN}${masked}`
  // The end of a secret that began before needs no second mask, unless there is nothing else to remember it by.
  return tail.endsWith(MASK) && masked.startsWith(MASK) && masked !== MASK ? masked.slice(MASK.length) : masked
}

/** A key that goes on at the end of a text: the next chunk may have more of it. */
function openKeyIn(text: string): Range | null {
  const last = secretsIn(text, [KEY]).at(-1)
  return last !== undefined && lengthOf(BEGUN_END, text.slice(last.to)) === text.length - last.to ? last : null
}

function lengthOf(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0
}

interface Range {
  readonly from: number
  readonly to: number
}

const KEY_BEGIN = '-----BEGIN PRIVATE KEY-----'
/** What the tokens of the field consist of; a mask belongs to it, so that a masked beginning keeps its end. */
const BODY = '[A-Za-z0-9_*./+=~-]'
const BODY_RUN = new RegExp(`^${BODY}+`)
/** After a gap: what may be the end of a token, and lines as only the inside of a key has them. */
const TORN = new RegExp(`^${BODY}{8,}`)
const KEY_LINES = /^[A-Za-z0-9+/=]{0,80}(?:\r?\n[A-Za-z0-9+/=]{60,80}){2}/
/** A key without an end, such as one named in a program, does not mask all that follows: it ends before what none holds. */
const KEY_TEXT = String.raw`(?:(?!-----END|-{1,5}$|-----EN?$)(?:[^(){}<?!@$^~\x60.]|\.(?=\d|[\s.]{0,3}["'])))*`
const KEY = new RegExp(`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?<secret>${KEY_TEXT})`, 'dg')
const BEGUN_END = /^(?:-{1,5}|-----EN?)$/
const PORT = /^\d{1,5}$/
const HOME = /\/(?:home|Users)\/[^/\s:'"]{1,64}/g

const PREFIXES = String.raw`(?<![A-Za-z0-9_])(?:sk-|rk-|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|npm_|hf_|rc_|AKIA|ASIA|AIza|ya29\.)`
const NAMES =
  '(?:pass(?:word|wd|phrase)|(?:access|auth|refresh|client|api|secret|private)[_-]?(?:token|secret|key)|_TOKEN|_SECRET|_KEY)'
const ASSIGNED = String.raw`${NAMES}["']?\s{0,3}[:=]\s{0,3}["']?`
const VALUE = String.raw`[^\s"',;&]`
const BEARER = String.raw`\b(?:Bearer|Authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:Basic|Token))\s{1,3}`
const USER = String.raw`:\/\/[^\s/@:]{0,200}:`

/** Secrets that are whole: long enough not to be a word. */
const WHOLE = [
  new RegExp(`${PREFIXES}(?<secret>${BODY}{12,})`, 'dg'),
  new RegExp(`${ASSIGNED}(?<secret>${VALUE}{4,})`, 'dgi'),
  new RegExp(`${BEARER}(?<secret>${BODY}{8,})`, 'dgi'),
  new RegExp(`${USER}(?<secret>[^\\s/@]{1,200})@`, 'dg'),
  /:\/\/(?<secret>[^\s/@:]{16,200})@/dg,
  /(?<![A-Za-z0-9_])eyJ(?<secret>[\w-]{8,600}\.[\w-]{4,4000}(?:\.[\w-]{0,600})?)/dg,
  KEY,
]

/** What may be the beginning of a secret, at the very end of a chunk. */
const BEGUN = [
  new RegExp(`${PREFIXES}(?<secret>${BODY}+)$`, 'dg'),
  new RegExp(`${ASSIGNED}(?<secret>${VALUE}+)$`, 'dgi'),
  new RegExp(`${BEARER}(?<secret>${BODY}+)$`, 'dgi'),
  new RegExp(`${USER}(?<secret>[^\\s/@]{1,200})$`, 'dg'),
  /:\/\/(?!localhost)(?<secret>[^\s/@:.]{6,200})$/dg,
  /(?<![A-Za-z0-9_])eyJ(?<secret>[\w.-]+)$/dg,
]

function secretsIn(text: string, patterns: readonly RegExp[]): Range[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const [from, to] = match.indices?.groups?.secret ?? [0, 0]
      return to > from ? [{ from, to }] : []
    }),
  )
}

/** Each run of ranges that touch becomes one mask. */
function replace(text: string, ranges: readonly Range[]): string {
  let result = ''
  let reached = 0
  let masked = -1
  for (const { from, to } of [...ranges].sort((left, right) => left.from - right.from)) {
    if (to <= reached) continue
    if (from > masked) result += text.slice(reached, Math.max(from, reached)) + MASK
    reached = to
    masked = to
  }
  return result + text.slice(reached)
}
