/** What a query leaves out, as one filter whose text holds a pair for each. Pure. */
import { TASK_STATUSES, type TaskStatus } from '#lib/task/states.ts'
import { type Exclusion, exclusionsOf, writeExclusions } from '#lib/task/terms.ts'
import type { Filters } from './task-query.ts'

export function leftOutOf(filters: Filters): readonly Exclusion[] {
  return exclusionsOf(filters.not ?? '') ?? []
}

export function excluding(filters: Filters, exclusion: Exclusion): Filters {
  return { ...filters, not: writeExclusions([...leftOutOf(filters), exclusion]) }
}

export function including(filters: Filters, { name, value }: Exclusion): Filters {
  const rest = leftOutOf(filters).filter((each) => each.name !== name || each.value !== value)
  const { not: _, ...others } = filters
  return rest.length === 0 ? others : { ...others, not: writeExclusions(rest) }
}

/** Those that a task may have to match, as far as its status goes; null when it may have any. */
export function statusesOf(filters: Filters): readonly TaskStatus[] | null {
  const wanted = filters.status?.split(',') ?? TASK_STATUSES
  const unwanted = leftOutOf(filters).flatMap(({ name, value }) => (name === 'status' ? value.split(',') : []))
  if (filters.status === undefined && unwanted.length === 0) return null
  return TASK_STATUSES.filter((status) => wanted.includes(status) && !unwanted.includes(status))
}
