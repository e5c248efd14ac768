import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { FirstRun } from '#components/first-run/first-run-later.tsx'
import { formatClock, plural } from '#components/look/format.ts'
import { statusesOf } from '#components/query/exclusions.ts'
import { ExportLinks } from '#components/query/export-links.tsx'
import { FilterEmpty } from '#components/query/filter-empty.tsx'
import { QueryBox } from '#components/query/query-box.tsx'
import { QueryChips } from '#components/query/query-chips.tsx'
import { hrefOf } from '#components/query/task-query.ts'
import { TaskViews } from '#components/query/task-views.tsx'
import { ViewsButton } from '#components/query/views-button.tsx'
import { TaskList } from '#components/task-list/task-list.tsx'
import { TaskTableHead } from '#components/task-list/task-table-head.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { countTasks, listViews, readHealth } from '#lib/ledger/index.ts'
import { type Parameters, readPage } from '../pages.ts'
import { BULK, VIEWS } from './actions-of-list.ts'
import { hasHistory, openView, type Refused, readList, readQuery } from './read-list.ts'

const VIEWS_SHOWN = 100

export const metadata: Metadata = { title: 'Tasks' }

export default async function TasksPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const parameters = await searchParams
  const asked = readQuery(parameters)
  const here = hrefOf('message' in asked ? {} : asked.filters)
  const context = await requireContext(here)
  const [health, { counts }, { views: saved }] = await Promise.all([
    readHealth(context),
    countTasks(context),
    listViews(context, { limit: VIEWS_SHOWN }),
  ])
  const query = openView(parameters, saved, asked)
  const { command, pager } = readPage(here, parameters)
  const { cursor } = command
  const page =
    'message' in query ? query : await readList(context, query.filters, cursor, Date.parse(health.serverTime))
  const { role } = context.actor
  const keep = <ViewsButton filters={page.filters} views={saved} role={role} actions={VIEWS} />
  const views = <TaskViews filters={page.filters} counts={counts} saved={saved} keep={keep} />
  if ('message' in page) return <NotRun query={page} views={views} />

  const { filters, tasks, nextCursor } = page
  const firstRun = tasks.length === 0 && hrefOf(filters) === '/tasks' && !cursor && !(await hasHistory(context))
  const asOf = health.serverTime
  const bulk = { role, actions: BULK, hasMore: nextCursor !== null }
  const list = {
    tasks,
    filters,
    statuses: statusesOf(filters),
    firstPage: !cursor,
    asOf,
    head: <TaskTableHead />,
    ...bulk,
  }
  if (firstRun) return <TaskList {...list} empty={<FirstRun database={health.database} />} />
  return (
    <>
      <h1 className="sr-only">Tasks</h1>
      <QueryBox key="" filters={filters}>
        <QueryChips filters={filters} />
      </QueryBox>
      <TaskList {...list} views={views} empty={<FilterEmpty filters={filters} asOf={asOf} />}>
        <Pager label={`${plural(tasks.length, 'task')}, as of ${formatClock(asOf)} UTC`} {...pager(nextCursor)}>
          <ExportLinks filters={filters} />
        </Pager>
      </TaskList>
    </>
  )
}

/** The text is kept and the message says what would work; nothing else is searched for instead. */
function NotRun({ query, views }: { query: Refused; views: ReactNode }) {
  return (
    <>
      <h1 className="sr-only">Tasks</h1>
      <QueryBox key={query.message} {...query}>
        <QueryChips filters={query.filters} />
      </QueryBox>
      <div className="border-line border-b">{views}</div>
      <Empty of="tasks" kind="unknown" action={<ButtonLink href="/tasks">Clear the filter</ButtonLink>} />
    </>
  )
}
