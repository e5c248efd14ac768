import type { ReactNode } from 'react'
import { formatCapped } from '#components/look/format.ts'
import { ChipLink } from '#components/ui/chip-link.tsx'
import type { TaskStatus } from '#lib/task/states.ts'
import type { View } from '#lib/task/view.ts'
import { type Filters, hrefOf } from './task-query.ts'

export interface StatusCount {
  status: TaskStatus
  sealed: boolean
  count: number
  capped: boolean
}

const VIEWS: readonly { name: string; statuses: readonly TaskStatus[] }[] = [
  { name: 'All', statuses: [] },
  { name: 'Under way', statuses: ['queued', 'assigned', 'running', 'waiting'] },
  { name: 'Running', statuses: ['running'] },
  { name: 'Waiting', statuses: ['waiting'] },
  { name: 'Interrupted', statuses: ['interrupted'] },
  { name: 'Failed', statuses: ['failed'] },
  { name: 'Sealed', statuses: ['success', 'cancelled', 'aborted_no_skill', 'compensated', 'quarantined'] },
]

interface TaskViewsProps {
  filters: Filters
  counts: readonly StatusCount[]
  saved: readonly View[]
  /** The button that keeps what is shown under a name. */
  keep: ReactNode
}

/** The queries that are asked most, each with how many it finds, then those that somebody has given a name. */
export function TaskViews({ filters, counts, saved, keep }: TaskViewsProps) {
  const here = hrefOf(filters)
  return (
    <nav
      aria-label="Views"
      className="flex items-center gap-1 overflow-x-auto px-4 pt-4 pb-2 max-md:px-2 max-md:py-2.5"
    >
      {VIEWS.map(({ name, statuses }) => {
        const href = hrefOf(statuses.length === 0 ? {} : { status: statuses.join(',') })
        return (
          <ChipLink key={name} href={href} current={href === here}>
            {name}
            <span className="text-ink-3">{formatCapped(sum(counts, statuses))}</span>
          </ChipLink>
        )
      })}
      {saved.length > 0 && <span aria-hidden="true" className="mx-1 h-4 w-px shrink-0 bg-line-2" />}
      {saved.map(({ id, name, filters: kept, shared, mine, owner }) => (
        <ChipLink key={id} href={hrefOf(kept)} current={hrefOf(kept) === here}>
          {name}
          {shared && !mine && <span className="text-ink-3">by {owner}</span>}
        </ChipLink>
      ))}
      {keep}
    </nav>
  )
}

function sum(counts: readonly StatusCount[], statuses: readonly TaskStatus[]): { count: number; capped: boolean } {
  const chosen = counts.filter(({ status }) => statuses.length === 0 || statuses.includes(status))
  return {
    count: chosen.reduce((total, { count }) => total + count, 0),
    capped: chosen.some(({ capped }) => capped),
  }
}
