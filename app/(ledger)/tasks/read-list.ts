import { redirect } from 'next/navigation'
import { parseQuery, readFilters } from '#components/query/parse-query.ts'
import { type Filters, hrefOf, taskIdIn } from '#components/query/task-query.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { listTasks } from '#lib/ledger/index.ts'
import { ListTasks } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'
import { listOf, type View } from '#lib/task/view.ts'
import { one, type Parameters } from '../pages.ts'

export interface TaskPage {
  filters: Filters
  tasks: readonly Task[]
  nextCursor: string | null
}

/** A query that is not run, with the words it was typed in. */
export interface Refused {
  filters: Filters
  message: string
  text?: string | undefined
}

/** What the box was sent without a script goes on to the address that means the same, or comes back with a message. */
export function readQuery(parameters: Parameters): { filters: Filters } | Refused {
  const query = readFilters(parameters)
  const text = one(parameters.query)
  if (text === undefined) return query.ok ? query : { filters: {}, message: query.message }
  const id = taskIdIn(text)
  if (id !== null) redirect(`/tasks/${id}`)
  const typed = parseQuery(text, query.ok ? query.filters : {})
  if (typed.ok) redirect(hrefOf(typed.filters))
  return { filters: query.ok ? query.filters : {}, message: typed.message, text }
}

/** `?view=` names a saved view: its address is that of its filters, as they are by now. */
export function openView(
  parameters: Parameters,
  views: readonly View[],
  asked: { filters: Filters } | Refused,
): { filters: Filters } | Refused {
  const id = one(parameters.view)
  if (id === undefined) return asked
  const view = views.find((each) => each.id === id)
  if (view !== undefined) redirect(hrefOf(view.filters))
  return { filters: {}, message: 'This view is gone, or private to somebody else.' }
}

export async function readList(
  context: Context,
  filters: Filters,
  cursor: string | undefined,
  nowMs: number,
): Promise<TaskPage | Refused> {
  const command = ListTasks.safeParse({
    ...listOf(filters, nowMs),
    ...(cursor && { cursor }),
    limit: LIMITS.pageDefault,
  })
  if (!command.success) {
    const [issue] = command.error.issues
    return { filters, message: `${issue?.path.join('.')} ${issue?.message}.` }
  }
  try {
    return { filters, ...(await listTasks(context, command.data)) }
  } catch (error) {
    if (isTaskError(error) && error.code === 'validation') return { filters, message: error.message }
    throw error
  }
}

const EVER = '1970-01-01T00:00:00.000Z'

/** Whether any task is on record at all, however old. */
export async function hasHistory(context: Context): Promise<boolean> {
  const { tasks } = await listTasks(context, { since: EVER, limit: 1 })
  return tasks.length > 0
}
