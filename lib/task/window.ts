/** How a person writes a moment: a span back from now, a day, or an instant. Pure: the moment of now is an argument. */

/** A span back from now, such as 24h. */
export const SPAN = /^(\d{1,4})([mhd])$/
const SPAN_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
export const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `24h` and the like count back from now; a day alone is its first moment in UTC; all else is an instant already. */
export function instantOf(value: string, nowMs: number): string {
  const span = SPAN.exec(value)
  if (span) return new Date(nowMs - Number(span[1]) * (SPAN_MS[span[2] ?? ''] ?? 0)).toISOString()
  return DAY.test(value) ? `${value}T00:00:00.000Z` : value
}
