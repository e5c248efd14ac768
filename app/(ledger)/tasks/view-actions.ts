'use server'

import { call } from '#lib/api/action.ts'
import { changeView, chooseDefaultView, deleteView, saveView } from '#lib/ledger/index.ts'
import { ChangeView, ChooseDefaultView, DeleteView, SaveView } from '#lib/task/view.ts'

export const saveViewAction = call(SaveView, saveView, 'saveView', 'viewer')
export const changeViewAction = call(ChangeView, changeView, 'changeView', 'viewer')
export const deleteViewAction = call(DeleteView, deleteView, 'deleteView', 'viewer')
export const chooseDefaultViewAction = call(ChooseDefaultView, chooseDefaultView, 'chooseDefaultView', 'viewer')
