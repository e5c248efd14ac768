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
