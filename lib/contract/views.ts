import { z } from 'zod'
import * as commands from '#lib/task/view.ts'
import { View } from '#lib/task/view.ts'
import { endpoint, page } from './endpoint.ts'

const ViewAnswer = z.object({ view: View })

export const views = {
  listViews: endpoint({
    method: 'GET',
    path: '/api/v1/views',
    summary: 'List the saved views of whoever asks, and those that are shared, by name',
    access: 'viewer',
    input: commands.ListViews,
    output: page('views', View),
    status: 200,
    errors: [],
  }),
  saveView: endpoint({
    method: 'POST',
    path: '/api/v1/views',
    summary: 'Save filters of the list of tasks under a name; sharing it takes an operator',
    access: 'viewer',
    input: commands.SaveView,
    output: ViewAnswer,
    status: 201,
    errors: [],
  }),
  changeView: endpoint({
    method: 'PUT',
    path: '/api/v1/views/{id}',
    summary: 'Change the name, the filters or the sharing of a saved view; what is not given stays',
    access: 'viewer',
    input: commands.ChangeView,
    params: { id: 'viewId' },
    output: ViewAnswer,
    status: 200,
    errors: ['not_found', 'invalid_transition'],
  }),
  deleteView: endpoint({
    method: 'DELETE',
    path: '/api/v1/views/{id}',
    summary: 'Delete a saved view',
    access: 'viewer',
    input: commands.DeleteView,
    params: { id: 'viewId' },
    output: ViewAnswer,
    status: 200,
    errors: ['not_found'],
  }),
  chooseDefaultView: endpoint({
    method: 'PUT',
    path: '/api/v1/default-view',
    summary: 'Choose the view that the list of tasks opens with for whoever asks, or null for none',
    access: 'viewer',
    input: commands.ChooseDefaultView,
    output: z.object({ view: View.nullable() }),
    status: 200,
    errors: ['not_found'],
  }),
} as const
