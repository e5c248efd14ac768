'use client'

import { useRouter } from 'next/navigation'
import { Fragment, type ReactNode, Suspense, useEffect } from 'react'
import type { BulkActions } from '#components/bulk/bulk-scope.ts'
import { countOf, useSelection } from '#components/bulk/selection.ts'
import { type Filters, hrefOf } from '#components/query/task-query.ts'
import { later } from '#components/ui/later.ts'
import type { Role, Task } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import { useLiveTasks } from './live-tasks.ts'
import { TaskTable } from './task-table.tsx'

/** Loaded once something is selected: it brings its tooltips with it. */
const SelectionBar = later(() => import('#components/bulk/selection-bar.tsx'))
/** Loaded once there is something to say. */
const Freshness = later(() => import('./task-freshness.tsx'))

interface TaskListProps {
  tasks: readonly Task[]
  filters: Filters
  /** Those that match the filters; null for any. */
  statuses: readonly TaskStatus[] | null
  firstPage: boolean
  /** The database's time when the rows were chosen. */
  asOf: string
  views?: ReactNode
  /** The names of the columns. */
  head: ReactNode
  /** Shown in the table's place while there is no row. */
  empty: ReactNode
  /** Whether more match than this page holds. */
  hasMore: boolean
  role: Role
  actions: BulkActions
  children?: ReactNode
}

/** The list as it was asked for, kept up to date in place; what is new waits behind a button. */
export function TaskList({
  tasks: initial,
  filters,
  statuses,
  firstPage,
  asOf,
  views,
  head,
  empty,
  hasMore,
  role,
  actions,
  children,
}: TaskListProps) {
  const selection = useSelection(hrefOf(filters))
  const chosen = countOf(selection)
  const router = useRouter()
  const live = useLiveTasks(initial, filters, firstPage)
  const isEmpty = initial.length === 0
  const isNews = chosen > 0 || live.arrived > 0 || live.staleSinceMs !== null
  useEffect(() => {
    // Nobody reads an empty list, so there is nothing to keep still.
    if (isEmpty && live.arrived > 0) router.refresh()
  }, [isEmpty, live.arrived, router])
  const showNew = () => {
    if (firstPage) router.refresh()
    else router.push(hrefOf(filters))
    window.scrollTo({ top: 0 })
  }
  // React goes through a component's own list again when a part that the server sends is late, and then takes away twice
  // what has to go. A fragment with a key is a list of its own, which it begins anew.
  return (
    <Fragment key="list">
      {views && (
        <div className="flex min-h-10 items-center gap-4 border-line border-b pr-6 max-md:flex-col max-md:items-stretch max-md:gap-0 max-md:border-b-0 max-md:pr-0">
          {views}
          <div
            aria-live="polite"
            className="ml-auto flex items-center gap-3 pt-2 max-md:order-last max-md:ml-0 max-md:border-line max-md:border-y max-md:pt-0"
          >
            {isNews && (
              <Suspense>
                <Freshness live={live} asOf={asOf} chosen={chosen} onShow={showNew} />
              </Suspense>
            )}
          </div>
        </div>
      )}
      {isEmpty ? (
        empty
      ) : (
        <TaskTable tasks={live.tasks} filters={filters} statuses={statuses} selection={selection} head={head} />
      )}
      {chosen === 0 ? (
        children
      ) : (
        <Suspense fallback={children}>
          <SelectionBar
            selection={selection}
            filters={filters}
            page={initial.map(({ id }) => id)}
            hasMore={hasMore}
            role={role}
            actions={actions}
          />
        </Suspense>
      )}
    </Fragment>
  )
}
