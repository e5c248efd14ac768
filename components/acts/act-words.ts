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
  const held = isHeld(task.status)
  const dismiss = 'Cancel'
  switch (act) {
    case 'reassign':
      return {
        title: 'Reassign this task',
        consequence: 'Starts after 10 s. Until then you can undo it.',
        confirm: 'Reassign the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'fail': {
      const final = task.retriesUsed >= task.maxRetries
      const stays = final ? 'No retry is left: it is sealed for good.' : 'A retry is left: it can still be reassigned.'
      const consequence = held ? `Its attempt ends at once. ${stays}` : stays
      return {
        title: 'Fail this task',
        consequence,
        confirm: 'Fail the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    }
    case 'cancel':
      return {
        title: 'Cancel this task',
        consequence: held ? 'Its worker is asked to stop with its next heartbeat.' : 'It is sealed for good.',
        confirm: 'Cancel the task',
        dismiss: 'Keep it',
        field: 'Reason, kept with the task',
      }
    case 'hold':
      return {
        title: 'Hold this task',
        consequence: 'Nothing happens to it by itself until it is released.',
        confirm: 'Hold the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'release':
      return {
        title: 'Release this task',
        consequence:
          task.status === 'quarantined'
            ? 'It stays sealed, and comes back as a new task with budgets of its own.'
            : 'It goes on as its strategy says.',
        confirm: 'Release the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'compensate':
      return {
        title: 'Undo what this task did',
        consequence: 'Its steps are undone from the last to the first; then it is sealed for good.',
        confirm: 'Compensate the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'adopt':
      return {
        title: 'Adopt a late report',
        consequence: held
          ? 'Its running attempt ends at once, and is lost to its worker.'
          : 'It ends as the report says.',
        confirm: 'Adopt the report',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'quarantine':
      return {
        title: 'Quarantine this task',
        consequence: `${held ? 'Its attempt ends at once. ' : ''}It is sealed, and can be released as a new task.`,
        confirm: 'Quarantine the task',
        dismiss,
        field: 'Reason, kept with the task',
      }
    case 'note':
      return {
        title: 'Note',
        consequence: 'Changes nothing but the history.',
        confirm: 'Add the note',
        dismiss,
        field: 'Note',
      }
  }
}
