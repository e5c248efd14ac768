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
 * A chunk of a stream that ended so far, as it was stored, with `tail`. A secret that both share is masked in
 * both: what may be the beginning of one is masked at the end of a chunk already.
 */
export function maskChunk(tail: string, data: string): string {
  const joined = tail + data
  const ranges = [
    ...secretsIn(joined, WHOLE),
    ...secretsIn(joined, BEGUN).filter(({ from, to }) => !PORT.test(joined.slice(from, to))),
    ...(tail.endsWith(MASK) ? [{ from: tail.length, to: tail.length + restOfBody(data) }] : []),
  ]
  const own = ranges
    .map(({ from, to }) => ({ from: Math.max(0, from - tail.length), to: to - tail.length }))
    .filter(({ from, to }) => to > from)
  if (own.length === 0) return data
  const masked = replace(data, own)
  // The end of a secret that began before needs no second mask, unless there is nothing else to remember it by.
  const rest = tail.endsWith(MASK) && masked.startsWith(MASK) && masked !== MASK ? masked.slice(MASK.length) : masked
  return OPEN_KEY.test(joined) && rest === MASK ? `${KEY_BEGIN}${MASK}` : rest
}

/** How much of a chunk goes on with what was masked at the end of the former one. */
function restOfBody(data: string): number {
  return data.startsWith('-----END') ? 0 : (BODY_RUN.exec(data)?.[0].length ?? 0)
}

interface Range {
  readonly from: number
  readonly to: number
}

const KEY_BEGIN = '-----BEGIN PRIVATE KEY-----'
const OPEN_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S])*$/
/** What the tokens of the field consist of; a mask belongs to it, so that a masked beginning keeps its end. */
const BODY = '[A-Za-z0-9_*./+=~-]'
const BODY_RUN = new RegExp(`^${BODY}+`)
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
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?<secret>[\s\S]*?)(?:-----END|$)/dg,
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
