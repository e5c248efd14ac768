import { type Filters, hrefOf } from './task-query.ts'
import { Age } from './time.tsx'
import { ButtonLink } from './ui/button.tsx'
import { EmptyState } from './ui/empty-state.tsx'

/** Nothing matches: the window may be too narrow, or the filter wrong. Interrupted tasks are missed by nobody. */
export function FilterEmpty({ filters, asOf }: { filters: Filters; asOf: string }) {
  const windowed = filters.since !== undefined || filters.until !== undefined
  const clear = <ButtonLink href="/tasks">Clear the filter</ButtonLink>
  if (filters.status === 'interrupted' && Object.keys(filters).length === 1) {
    return (
      <EmptyState action={clear}>
        Nothing is interrupted. Checked <Age at={asOf} ago />.
      </EmptyState>
    )
  }
  if (windowed)
    return <EmptyState action={clear}>None of these in this window. Widen it, or clear the filter.</EmptyState>
  return (
    <EmptyState
      action={
        <>
          <ButtonLink href={hrefOf({ ...filters, since: '7d' })}>Look at 7 days</ButtonLink>
          {hrefOf(filters) !== '/tasks' && clear}
        </>
      }
    >
      None of these in 24 h. Look at 7 days, or clear the filter.
    </EmptyState>
  )
}
