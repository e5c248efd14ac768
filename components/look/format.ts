/** How figures and instants are written, everywhere. Pure: the moment is an argument. */

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Two units at most: "12 s", "2 m 05 s", "9 h 41 m", "2 d 7 h". Never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS))
  if (seconds < 60) return `${seconds} s`
  if (ms < HOUR_MS) return `${Math.floor(seconds / 60)} m ${padded(seconds % 60)} s`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${padded(Math.floor(ms / MINUTE_MS) % 60)} m`
  return `${Math.floor(ms / DAY_MS)} d ${Math.floor(ms / HOUR_MS) % 24} h`
}

/** One unit, for narrow cells: "6 m". */
export function formatShortDuration(ms: number): string {
  return /^\d+ \w/.exec(formatDuration(ms))?.[0] ?? ''
}

/** A term in whole units: "30 s", "10 m", "1 h". */
export function formatTerm(ms: number): string {
  return formatDuration(ms).replace(/ 0+ [smh]$/, '')
}

/** "03:48", and "1:02:03" from an hour on. Zero is reached exactly at the instant. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND_MS))
  const clock = `${padded(Math.floor(seconds / 60) % 60)}:${padded(seconds % 60)}`
  return seconds < 3600 ? clock : `${Math.floor(seconds / 3600)}:${clock}`
}

/** The UTC clock time: "15:40:02", or "15:40:02.123". */
export function formatClock(at: number | string, precision: 'seconds' | 'milliseconds' = 'seconds'): string {
  return new Date(at).toISOString().slice(11, precision === 'seconds' ? 19 : 23)
}

/** The UTC clock time, and the day as well when it is another one: "20 Nov 15:40". */
export function formatMoment(at: string, nowMs: number): string {
  const now = new Date(nowMs).toISOString()
  if (at.slice(0, 10) === now.slice(0, 10)) return formatClock(at)
  // "Fri, 20 Nov 2026 …" in every engine, whatever its locales are.
  const day = new Date(at).toUTCString().slice(5, 11)
  return at.slice(0, 4) === now.slice(0, 4) ? `${day} ${at.slice(11, 16)}` : `${day} ${at.slice(0, 4)}`
}

/** What stands behind every relative time: UTC, and local once the reader's zone is known. */
export function formatAbsolute(at: string, local: boolean): string {
  const utc = `${at.slice(0, 10)} ${at.slice(11, 23)} UTC`
  return local ? `${utc}\n${localTime(new Date(at))}` : utc
}

/** Swedes write dates as ISO does. */
function localTime(at: Date): string {
  const two = '2-digit'
  const time = { hour: two, minute: two, second: two, fractionalSecondDigits: 3, timeZoneName: 'short' } as const
  return at.toLocaleString('sv', { year: 'numeric', month: two, day: two, ...time }).replace(',', '.')
}

/** "1,204" */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** "10,000+" when counting stopped there. */
export function formatCapped(count: { count: number; capped: boolean }): string {
  return `${formatCount(count.count)}${count.capped ? '+' : ''}`
}

/** Cents, and more digits only where cents would read as nothing. */
export function formatMoney(usd: number): string {
  const digits = usd > 0 && usd < 0.005 ? 4 : 2
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB']

export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${value < 10 && power > 1 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[power]}`
}

/** The last eight characters: the part of an id in which two of the same minute differ. */
export function shortId(id: string): string {
  return id.slice(-8)
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

function padded(value: number): string {
  return String(value).padStart(2, '0')
}
