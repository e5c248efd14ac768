import { readFilters } from '#components/query/parse-query.ts'
import { tasksAsCsv, tasksAsJson, toDownload } from '#lib/api/export.ts'
import { findContext } from '#lib/api/session.ts'
import { ListTasks } from '#lib/task/commands.ts'
import { listOf } from '#lib/task/view.ts'

/** The list of tasks as a file, by the filters of its address. */
export async function GET(request: Request): Promise<Response> {
  const context = await findContext()
  if (context === null) return new Response('Sign in first.', { status: 401 })
  const parameters = Object.fromEntries(new URL(request.url).searchParams)
  const query = readFilters(parameters)
  if (!query.ok) return new Response(query.message, { status: 400 })
  const now = await context.db.now()
  const command = ListTasks.safeParse(listOf(query.filters, now))
  if (!command.success) return new Response(command.error.issues[0]?.message, { status: 400 })
  const name = `tasks-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}`
  if (parameters.format === 'json') return toDownload(tasksAsJson(context, { query: command.data }), name, 'json')
  return toDownload(tasksAsCsv(context, { query: command.data }), name, 'csv')
}
