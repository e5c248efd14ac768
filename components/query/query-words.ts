/** Filters as they are typed. Pure: what is written here is read by the box as the same filters. */
import { type Term, writeTerm } from '#lib/task/terms.ts'
import { leftOutOf } from './exclusions.ts'
import { FILTERS, type Filters } from './task-query.ts'

export function wordsOf(filters: Filters): string {
  return textOf(filters) || 'everything open, and sealed in 24 h'
}

export function textOf(filters: Filters): string {
  const terms = FILTERS.flatMap((name): Term[] => {
    const value = filters[name]
    if (value === undefined || name === 'q') return []
    if (name === 'not') return leftOutOf(filters).map((each) => ({ ...each, not: true }))
    return [{ name, value, not: false }]
  })
  return [...terms.map(writeTerm), ...(filters.q ? [filters.q] : [])].join(' ')
}
