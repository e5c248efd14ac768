/** Choices of how long something works. */
const DAY_MS = 86_400_000

export const DAYS = [
  { days: '', label: 'until revoked' },
  { days: '1', label: '1 day' },
  { days: '30', label: '30 days' },
  { days: '90', label: '90 days' },
  { days: '365', label: '1 year' },
] as const

/** The field of a command; none where there is no end. */
export function daysOf(days: FormDataEntryValue | null, field: string): Record<string, number> {
  return typeof days === 'string' && days !== '' ? { [field]: Number(days) * DAY_MS } : {}
}
