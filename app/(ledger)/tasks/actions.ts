'use server'

import { action, call } from '#lib/api/action.ts'
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
  unmaskTask,
} from '#lib/ledger/index.ts'
import { UnmaskTask } from '#lib/task/access-commands.ts'
import { AdoptReport, CompensateTask, HoldTask, QuarantineTask, ReleaseTask } from '#lib/task/act-commands.ts'
import { CancelTask, FailTask, NoteTask, ReassignTask, UndoReassignment } from '#lib/task/commands.ts'

export const failTaskAction = action(FailTask, failTask, 'failTask')
export const reassignTaskAction = action(ReassignTask, reassignTask, 'reassignTask')
export const undoReassignmentAction = action(UndoReassignment, undoReassignment, 'undoReassignment')
export const cancelTaskAction = action(CancelTask, cancelTask, 'cancelTask')
export const noteTaskAction = action(NoteTask, noteTask, 'noteTask')
export const holdTaskAction = action(HoldTask, holdTask, 'holdTask')
export const releaseTaskAction = action(ReleaseTask, releaseTask, 'releaseTask')
export const quarantineTaskAction = action(QuarantineTask, quarantineTask, 'quarantineTask')
export const compensateTaskAction = action(CompensateTask, compensateTask, 'compensateTask')
export const adoptReportAction = action(AdoptReport, adoptReport, 'adoptReport')
export const unmaskTaskAction = call(UnmaskTask, unmaskTask, 'unmaskTask', 'admin')
