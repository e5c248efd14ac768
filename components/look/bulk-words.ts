/** What the bar and the dialog of a bulk act say. */
import type { BulkOperation, OperationAction } from '#lib/task/schema.ts'
import { formatClock, plural } from './format.ts'

interface Words {
  readonly name: string
  readonly key: string
  /** "15 will be reassigned" */
  readonly passive: string
  /** "Reassign 15 tasks" */
  readonly verb: string
  readonly done: string
}

/** Exhaustive: a new act does not compile until it has words. */
export const BULK_WORDS: Record<OperationAction, Words> = {
  reassign: { name: 'Reassign…', key: 'a', passive: 'will be reassigned', verb: 'Reassign', done: 'reassigned' },
  fail: { name: 'Fail…', key: 'f', passive: 'will fail', verb: 'Fail', done: 'failed' },
  cancel: { name: 'Cancel…', key: 'c', passive: 'will be cancelled', verb: 'Cancel', done: 'cancelled' },
  note: { name: 'Note…', key: 'n', passive: 'will get the note', verb: 'Note on', done: 'noted' },
  hold: { name: 'Hold…', key: 'h', passive: 'will be held', verb: 'Hold', done: 'held' },
  release: { name: 'Release…', key: 'e', passive: 'will be released', verb: 'Release', done: 'released' },
  quarantine: {
    name: 'Quarantine…',
    key: 'q',
    passive: 'will be quarantined',
    verb: 'Quarantine',
    done: 'quarantined',
  },
  compensate: { name: 'Compensate…', key: 'u', passive: 'will be undone', verb: 'Compensate', done: 'compensated' },
}

/** In the order in which an incident asks for them; a narrow bar scrolls. */
export const BULK_ACTIONS: readonly OperationAction[] = [
  ...(['reassign', 'fail', 'cancel', 'hold', 'release'] as const),
  ...(['note', 'quarantine', 'compensate'] as const),
]

export function confirmWords(action: OperationAction, count: number): string {
  return `${BULK_WORDS[action].verb} ${plural(count, 'task')}`
}

/** "Fail 1,204 tasks": what an operation set out to do. */
export function operationTitle({ action, total }: Pick<BulkOperation, 'action' | 'total'>): string {
  return confirmWords(action, total)
}

/** What it was frozen by, as a person reads it. */
export function scopeWords({ filter, total, createdAt, retryOf }: BulkOperation): string {
  const at = `at ${formatClock(createdAt)} UTC`
  if (retryOf !== null) return `What operation ${retryOf.slice(-8)} left, ${at}`
  if (filter === null) return `${plural(total, 'chosen task')}, ${at}`
  const parts = Object.entries(filter).map(([name, value]) => `${name}:${[value].flat().join(',')}`)
  return `${parts.length === 0 ? 'All open and recently sealed tasks' : `All tasks with ${parts.join(' ')}`}, ${at}`
}
