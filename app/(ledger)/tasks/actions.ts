'use server'

import { action } from '#lib/api/action.ts'
import { cancelTask, failTask, noteTask, reassignTask, undoReassignment } from '#lib/ledger/index.ts'
import { CancelTask, FailTask, NoteTask, ReassignTask, UndoReassignment } from '#lib/task/commands.ts'

export const failTaskAction = action(FailTask, failTask)
export const reassignTaskAction = action(ReassignTask, reassignTask)
export const undoReassignmentAction = action(UndoReassignment, undoReassignment)
export const cancelTaskAction = action(CancelTask, cancelTask)
export const noteTaskAction = action(NoteTask, noteTask)
