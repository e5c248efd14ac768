/** How a person writes a moment: a span back from now, the time of the day, a day, or an instant. Pure: the moment of now is an argument. */

/** A span back from now, such as 24h. */
export const SPAN = /^(\d{1,4})([mhd])$/
const DAY_MS = 86_400_000
const SPAN_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: DAY_MS }
/** The last time that the clock said so, in UTC. */
export const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/
/** The filters that take a moment. */
export const MOMENTS = ['at', 'since', 'until'] as const

export const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `24h` and the like count back from now; `14:02` is at most a day ago; a day alone is its first moment in UTC; all else is an instant already. */
export function instantOf(value: string, nowMs: number): string {
  const span = SPAN.exec(value)
  if (span) return new Date(nowMs - Number(span[1]) * (SPAN_MS[span[2] ?? ''] ?? 0)).toISOString()
  if (CLOCK.test(value)) return clockBefore(value, nowMs)
  return DAY.test(value) ? `${value}T00:00:00.000Z` : value
}

function clockBefore(clock: string, nowMs: number): string {
  const today = Date.parse(`${new Date(nowMs).toISOString().slice(0, 10)}T${clock}Z`)
  return new Date(today > nowMs ? today - DAY_MS : today).toISOString()
}

/** The same filters, with instants where a person wrote moments. */
export function inInstants<Filters extends Partial<Record<(typeof MOMENTS)[number], string | undefined>>>(
  filters: Filters,
  nowMs: number,
): Filters {
  const instants: Partial<Record<(typeof MOMENTS)[number], string>> = {}
  for (const name of MOMENTS) {
    const value = filters[name]
    if (value !== undefined) instants[name] = instantOf(value, nowMs)
  }
  return { ...filters, ...instants }
}
