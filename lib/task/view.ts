/** Saved views: the filters of a list of tasks under a name, of one person or for all. */
import { z } from 'zod'
import { ListPage, ListTasks } from './commands.ts'
import { Id, Line } from './fields.ts'
import { Instant } from './schema.ts'
import { inInstants } from './window.ts'

/** How many one person may keep. */
export const VIEWS_MAX = 100

const text = z.string().min(1).max(500)
const Texts = z.strictObject({
  status: text.optional(),
  repo: text.optional(),
  agent: text.optional(),
  worker: text.optional(),
  user: text.optional(),
  issue: text.optional(),
  label: text.optional(),
  incident: text.optional(),
  model: text.optional(),
  error: text.optional(),
  cause: text.optional(),
  cost: text.optional(),
  attempts: text.optional(),
  not: text.optional(),
  at: text.optional().describe('as since'),
  since: text.optional().describe('24h, 7d, 14:02, a day, or an instant with its offset'),
  until: text.optional(),
  q: text.optional(),
})

/** As they stand in the address of the list: a window such as `24h` moves on with whoever opens the view. */
export const ViewFilters = Texts.superRefine((filters, context) => {
  const { error } = ListTasks.safeParse(listOf(filters, 0))
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path: [...path], message })
})
export type ViewFilters = z.infer<typeof Texts>

/** What the list is asked for by these filters at a moment. */
export function listOf(filters: ViewFilters, nowMs: number): z.input<typeof ListTasks> {
  return inInstants(filters, nowMs) as z.input<typeof ListTasks>
}

export const View = z.object({
  id: Id,
  name: z.string(),
  filters: Texts,
  shared: z.boolean().describe('everybody sees it; its owner and admins change it'),
  owner: z.string(),
  mine: z.boolean(),
  isDefault: z.boolean().describe('what the list opens with for whoever asks'),
  createdAt: Instant,
  updatedAt: Instant,
})
export type View = z.infer<typeof View>

const Name = Line.max(60)
export const SaveView = z.strictObject({ name: Name, filters: ViewFilters, shared: z.boolean().optional() })
export type SaveView = z.infer<typeof SaveView>
export const ChangeView = z.strictObject({
  viewId: Id,
  name: Name.optional(),
  filters: ViewFilters.optional(),
  shared: z.boolean().optional(),
})
export type ChangeView = z.infer<typeof ChangeView>
export const DeleteView = z.strictObject({ viewId: Id })
export type DeleteView = z.infer<typeof DeleteView>
export const ListViews = ListPage
export type ListViews = z.infer<typeof ListViews>
export const ChooseDefaultView = z.strictObject({ viewId: Id.nullable().describe('null for none') })
export type ChooseDefaultView = z.infer<typeof ChooseDefaultView>
