'use client'

import { countWords } from '#components/bulk/bulk-scope.ts'
import { useNow } from '#components/look/clock.tsx'
import { formatClock, formatDuration } from '#components/look/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import type { LiveTasks } from './live-tasks.ts'

interface FreshnessProps {
  live: LiveTasks
  asOf: string
  chosen: number
  onShow: () => void
}

/** How old the rows are, why they stand still, and how many are new. */
export default function Freshness({ live, asOf, chosen, onShow }: FreshnessProps) {
  const now = useNow()
  const { arrived, staleSinceMs } = live
  return (
    <>
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
    </>
  )
}
