/** Filters of the list of tasks, as they stand in the address. Pure, the same on the server and in the browser. */
import type { ViewFilters } from '#lib/task/view.ts'

/** Every filter has one name in the box, on its chip and in the URL. `q` are the words without a name. */
export const FILTERS = [
  'status',
  'repo',
  'agent',
  'model',
  'worker',
  'user',
  'issue',
  'label',
  'error',
  'cause',
  'incident',
  'cost',
  'attempts',
  'not',
  'at',
  'since',
  'until',
  'q',
] as const satisfies readonly (keyof ViewFilters)[]
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A whole id, pasted, is not a search: it is the task itself. */
export function taskIdIn(text: string): string | null {
  return UUID.test(text.trim()) ? text.trim().toLowerCase() : null
}
