import type { TaskStatus } from '#lib/task/states.ts'
import { formatCapped } from './format.ts'
import { type Filters, hrefOf } from './task-query.ts'
import { ChipLink } from './ui/chip-link.tsx'

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

/** The queries that are asked most, each with how many it finds. */
export function TaskViews({ filters, counts }: { filters: Filters; counts: readonly StatusCount[] }) {
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
