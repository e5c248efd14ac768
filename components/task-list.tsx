'use client'

import { useRouter } from 'next/navigation'
import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import type { Role, Task } from '#lib/task/schema.ts'
import { type BulkActions, countWords } from './bulk-scope.ts'
import { useNow } from './clock.tsx'
import { formatClock, formatDuration } from './format.ts'
import { type LiveTasks, useLiveTasks } from './live-tasks.ts'
import { countOf, useSelection } from './selection.ts'
import { type Filters, hrefOf } from './task-query.ts'
import { TaskTable } from './task-table.tsx'
import { Icon } from './ui/icon.tsx'

/** Loaded once something is selected: it brings its tooltips with it. */
const SelectionBar = lazy(() => import('./selection-bar.tsx'))

interface TaskListProps {
  tasks: readonly Task[]
  filters: Filters
  firstPage: boolean
  /** The database's time when the rows were chosen. */
  asOf: string
  views?: ReactNode
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
  firstPage,
  asOf,
  views,
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
  useEffect(() => {
    // Nobody reads an empty list, so there is nothing to keep still.
    if (isEmpty && live.arrived > 0) router.refresh()
  }, [isEmpty, live.arrived, router])
  const showNew = () => {
    if (firstPage) router.refresh()
    else router.push(hrefOf(filters))
    window.scrollTo({ top: 0 })
  }
  return (
    <>
      {views && (
        <div className="flex min-h-10 items-center gap-4 border-line border-b pr-6 max-md:flex-col max-md:items-stretch max-md:gap-0 max-md:border-b-0 max-md:pr-0">
          {views}
          <Freshness live={live} asOf={asOf} chosen={chosen} onShow={showNew} />
        </div>
      )}
      {isEmpty ? empty : <TaskTable tasks={live.tasks} filters={filters} selection={selection} />}
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
    </>
  )
}

interface FreshnessProps {
  live: LiveTasks
  asOf: string
  chosen: number
  onShow: () => void
}

function Freshness({ live, asOf, chosen, onShow }: FreshnessProps) {
  const now = useNow()
  const { arrived, staleSinceMs } = live
  return (
    <div
      aria-live="polite"
      className="ml-auto flex items-center gap-3 pt-2 max-md:pt-0 max-md:order-last max-md:ml-0 max-md:border-line max-md:border-y"
    >
      {staleSinceMs !== null && (
        <p className="text-12 text-warn-fg max-md:px-4 max-md:py-2">
          Rows are {formatDuration(now - staleSinceMs)} old, asking again.
        </p>
      )}
      {chosen > 0 && (
        <p className="text-12 text-ink-3 max-md:px-4 max-md:py-2">Paused while {countWords(chosen)} are selected</p>
      )}
      {arrived > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="touch flex h-6 items-center gap-2 rounded-full border border-line-2 bg-raised px-2.5 text-12 font-medium hover:bg-hover max-md:h-11 max-md:w-full max-md:rounded-none max-md:border-0 max-md:bg-sunken max-md:px-4 max-md:text-13"
        >
          <Icon name="up" size={14} />
          {arrived >= 50 ? '50+' : arrived} new
          <span className="ml-auto font-normal text-ink-3 md:hidden">as of {formatClock(asOf)}</span>
        </button>
      )}
    </div>
  )
}
