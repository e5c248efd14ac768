/** The values of a task that others can be found by. Pure. */

import { causeWord } from '#components/look/cause-words.ts'
import { shortId } from '#components/look/format.ts'
import { STATUS_LOOKS } from '#components/look/task-status.tsx'
import type { Task } from '#lib/task/schema.ts'
import type { Excludable, Exclusion } from '#lib/task/terms.ts'
import { excluding, including } from './exclusions.ts'
import { type Filters, hrefOf, without } from './task-query.ts'

export interface FindValue extends Exclusion {
  /** As a person reads it. */
  readonly words: string
}

/** In the order of the columns; `cause` is that of its newest attempt. */
export function findValuesOf(task: Task, cause: string | null = null): FindValue[] {
  const plain: readonly (readonly [Excludable, string | null])[] = [
    ['repo', task.repo],
    ['issue', task.issueNumber === null ? null : String(task.issueNumber)],
    ['agent', task.agent],
    ['model', task.model],
    ['worker', task.holder?.name ?? null],
    ['user', task.user],
    ['error', task.errorClass],
    ...Object.entries(task.labels).map(([key, value]) => ['label', `${key}=${value}`] as const),
  ]
  return [
    { name: 'status', value: task.status, words: STATUS_LOOKS[task.status].word },
    ...plain.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value, words: value }])),
    ...(cause === null ? [] : [{ name: 'cause', value: cause, words: causeWord(cause) } as const]),
    ...(task.incidentId === null
      ? []
      : [{ name: 'incident', value: task.incidentId, words: shortId(task.incidentId) } as const]),
  ]
}

/** Of what the list shows, only what has the value. */
export function onlyThese(filters: Filters, { name, value }: Exclusion): string {
  return hrefOf({ ...including(filters, { name, value }), [name]: value })
}

/** Of what the list shows, all but what has the value. */
export function notThese(filters: Filters, { name, value }: Exclusion): string {
  const rest = filters[name] === value ? without(filters, name) : filters
  return hrefOf(excluding(rest, { name, value }))
}
