'use server'

import { action } from '#lib/api/action.ts'
import {
  adoptReport,
  cancelTask,
  compensateTask,
  failTask,
  holdTask,
  noteTask,
  quarantineTask,
  reassignTask,
  releaseTask,
  undoReassignment,
} from '#lib/ledger/index.ts'
import { AdoptReport, CompensateTask, HoldTask, QuarantineTask, ReleaseTask } from '#lib/task/act-commands.ts'
import { CancelTask, FailTask, NoteTask, ReassignTask, UndoReassignment } from '#lib/task/commands.ts'

export const failTaskAction = action(FailTask, failTask)
export const reassignTaskAction = action(ReassignTask, reassignTask)
export const undoReassignmentAction = action(UndoReassignment, undoReassignment)
export const cancelTaskAction = action(CancelTask, cancelTask)
export const noteTaskAction = action(NoteTask, noteTask)
export const holdTaskAction = action(HoldTask, holdTask)
export const releaseTaskAction = action(ReleaseTask, releaseTask)
export const quarantineTaskAction = action(QuarantineTask, quarantineTask)
export const compensateTaskAction = action(CompensateTask, compensateTask)
export const adoptReportAction = action(AdoptReport, adoptReport)
