import { countMatchingAction, runOperationAction } from '../operations/actions.ts'
import { changeViewAction, chooseDefaultViewAction, deleteViewAction, saveViewAction } from './view-actions.ts'

/** What the list of tasks does, for its client components. */
export const BULK = { count: countMatchingAction, run: runOperationAction }
export const VIEWS = {
  save: saveViewAction,
  change: changeViewAction,
  remove: deleteViewAction,
  chooseDefault: chooseDefaultViewAction,
}
