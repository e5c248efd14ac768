import type { Task } from '#lib/task/schema.ts'
import { isHeld } from '#lib/task/states.ts'
import type { ActName } from './task-acts.ts'

export interface ActWords {
  title: string
  /** What it comes to, before it is done. */
  consequence: string
  confirm: string
  dismiss: string
  field: string
}

/** What the dialog of an act says. */
export function actWordsOf(act: ActName, task: Task): ActWords {
  const { consequence, ...words } = WORDS[act]
  return { dismiss: 'Cancel', field: 'Reason, kept with the task', ...words, consequence: consequence(task) }
}

type Words = Pick<ActWords, 'title' | 'confirm'> &
  Partial<Pick<ActWords, 'dismiss' | 'field'>> & { consequence: (task: Task) => string }

const WORDS: Record<ActName, Words> = {
  reassign: {
    title: 'Reassign this task',
    consequence: () => 'Starts after 10 s. Until then you can undo it.',
    confirm: 'Reassign the task',
  },
  fail: { title: 'Fail this task', consequence: ofFailure, confirm: 'Fail the task' },
  cancel: {
    title: 'Cancel this task',
    consequence: ({ status }) =>
      isHeld(status) ? 'Its worker is asked to stop with its next heartbeat.' : 'It is sealed for good.',
    confirm: 'Cancel the task',
    dismiss: 'Keep it',
  },
  hold: {
    title: 'Hold this task',
    consequence: () => 'Nothing happens to it by itself until it is released.',
    confirm: 'Hold the task',
  },
  release: {
    title: 'Release this task',
    consequence: ({ status }) =>
      status === 'quarantined'
        ? 'It stays sealed, and comes back as a new task with budgets of its own.'
        : 'It goes on as its strategy says.',
    confirm: 'Release the task',
  },
  compensate: {
    title: 'Undo what this task did',
    consequence: () => 'Its steps are undone from the last to the first; then it is sealed for good.',
    confirm: 'Compensate the task',
  },
  adopt: {
    title: 'Adopt a late report',
    consequence: ({ status }) =>
      isHeld(status) ? 'Its running attempt ends at once, and is lost to its worker.' : 'It ends as the report says.',
    confirm: 'Adopt the report',
  },
  quarantine: {
    title: 'Quarantine this task',
    consequence: (task) => `${endOf(task)}It is sealed, and can be released as a new task.`,
    confirm: 'Quarantine the task',
  },
  note: {
    title: 'Note',
    consequence: () => 'Changes nothing but the history.',
    confirm: 'Add the note',
    field: 'Note',
  },
}

function ofFailure(task: Task): string {
  const final = task.retriesUsed >= task.maxRetries
  return `${endOf(task)}${final ? 'No retry is left: it is sealed for good.' : 'A retry is left: it can still be reassigned.'}`
}

function endOf({ status }: Task): string {
  return isHeld(status) ? 'Its attempt ends at once. ' : ''
}
