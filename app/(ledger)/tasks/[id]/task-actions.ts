import { type Context, isMaskedFor } from '#lib/ledger/index.ts'
import * as actions from '../actions.ts'

/** The acts of the page, by the names that its buttons know them by. */
export const TASK_ACTIONS = {
  fail: actions.failTaskAction,
  reassign: actions.reassignTaskAction,
  undo: actions.undoReassignmentAction,
  cancel: actions.cancelTaskAction,
  note: actions.noteTaskAction,
  hold: actions.holdTaskAction,
  release: actions.releaseTaskAction,
  quarantine: actions.quarantineTaskAction,
  compensate: actions.compensateTaskAction,
  adopt: actions.adoptReportAction,
}

/** How the reader sees what is masked; null where that is nothing, or not this reader's to unmask. */
export function unmaskFor(context: Context) {
  return isMaskedFor(context) ? actions.unmaskTaskAction : null
}
