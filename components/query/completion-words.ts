/** What the query box says of its filters, and the values of those that have few. */

import { CAUSE_WORDS } from '#components/look/cause-words.ts'
import { STATUS_LOOKS } from '#components/look/task-status.tsx'
import type { TaskStatus } from '#lib/task/states.ts'
import type { EndCause } from '#lib/task/terms.ts'
import type { Filter } from './task-query.ts'

export type NamedFilter = Exclude<Filter, 'q' | 'not'>

/** A new filter does not compile until it says what it is. */
export const FILTER_NOTES: Record<NamedFilter, string> = {
  status: 'what has become of it',
  worker: 'who has it, by name or id',
  repo: 'the repository it is about',
  agent: 'who was to do it',
  model: 'the model of its agent',
  label: 'a key, or key=value',
  user: 'who asked for it',
  issue: 'the number of its issue',
  error: 'the class of its error',
  cause: 'why its attempt ended',
  cost: 'more or less than, in dollars',
  attempts: 'more or less than so many',
  incident: 'what interrupted it, by id',
  at: 'under way at that moment',
  since: 'put on record from then on',
  until: 'put on record before then',
}

export interface Value {
  readonly value: string
  readonly note: string
  /** A figure is to be typed behind it. */
  readonly goesOn?: boolean
}

/** Those that are known without asking anybody. */
export function suggestedValues(filter: NamedFilter): readonly Value[] {
  return FIXED[filter] ?? []
}

const words = (map: Readonly<Record<string, string>>): Value[] =>
  Object.entries(map).map(([value, note]) => ({ value, note }))

const STATUSES = Object.fromEntries(Object.entries(STATUS_LOOKS).map(([status, { word }]) => [status, word])) as Record<
  TaskStatus,
  string
> // The keys are those of the map.
const CAUSES: Record<EndCause, string> = CAUSE_WORDS
const OPERATORS: Value[] = [
  { value: '>', note: 'more than', goesOn: true },
  { value: '<', note: 'less than', goesOn: true },
  { value: '>=', note: 'this or more', goesOn: true },
  { value: '<=', note: 'this or less', goesOn: true },
]
const SPANS = words({ '1h': 'an hour ago', '3h': 'three hours ago', '24h': 'a day ago', '7d': 'a week ago' })

const FIXED: Partial<Record<NamedFilter, readonly Value[]>> = {
  status: words(STATUSES),
  cause: words(CAUSES),
  cost: [{ value: '>1', note: 'above a dollar' }, ...OPERATORS],
  attempts: [{ value: '>1', note: 'tried again' }, ...OPERATORS],
  at: words({ '5m': 'five minutes ago', '1h': 'an hour ago', '14:02': 'at this time of the day, in UTC' }),
  since: [...SPANS, { value: '30d', note: 'thirty days ago' }],
  until: SPANS,
}
