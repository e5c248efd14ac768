/** Filters of the list of tasks, as they stand in the address. Pure, the same on the server and in the browser. */
import { TASK_STATUSES, type TaskStatus } from '#lib/task/states.ts'

/** Every filter has one name in the box, on its chip and in the URL. `q` are the words without a name. */
export const FILTERS = [
  'status',
  'repo',
  'agent',
  'worker',
  'user',
  'issue',
  'label',
  'incident',
  'since',
  'until',
  'q',
] as const
export type Filter = (typeof FILTERS)[number]
export type Filters = Partial<Record<Filter, string>>

/** The address that shows these filters from the top. */
export function hrefOf(filters: Filters, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams()
  for (const filter of FILTERS) if (filters[filter]) parameters.set(filter, filters[filter])
  for (const [name, value] of Object.entries(more)) parameters.set(name, value)
  // Commas, colons and slashes are legal in a query, and a person reads the address.
  const text = parameters.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')
  return text === '' ? '/tasks' : `/tasks?${text}`
}

export function without(filters: Filters, filter: Filter): Filters {
  const { [filter]: _, ...rest } = filters
  return rest
}

export function statusesOf(filters: Filters): readonly TaskStatus[] {
  const names = filters.status?.split(',') ?? []
  return TASK_STATUSES.filter((status) => names.includes(status))
}

/** `24h` and the like count back from now; a day alone is its first moment in UTC; all else is an instant already. */
export function instantOf(value: string, nowMs: number): string {
  const span = SPAN.exec(value)
  if (span) return new Date(nowMs - Number(span[1]) * (SPAN_MS[span[2] ?? ''] ?? 0)).toISOString()
  return DAY.test(value) ? `${value}T00:00:00.000Z` : value
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A whole id, pasted, is not a search: it is the task itself. */
export function taskIdIn(text: string): string | null {
  return UUID.test(text.trim()) ? text.trim().toLowerCase() : null
}

/** A span back from now, such as 24h. */
export const SPAN = /^(\d{1,4})([mhd])$/
const SPAN_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
export const DAY = /^\d{4}-\d{2}-\d{2}$/
