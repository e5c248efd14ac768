'use client'

import { useHydrated } from '#components/look/clock.tsx'
import { formatCount, plural } from '#components/look/format.ts'

/** How much of it is on the paper, and where all of it is. */
export function PaperRest({ incidentId, shown, total }: { incidentId: string; shown: number; total: number }) {
  const origin = useHydrated() ? location.origin : ''
  const rest = total - shown
  const file = <span className="mono">{`${origin}/exports/incidents/${incidentId}?format=csv`}</span>
  return (
    <p className="px-6 py-2 text-12 text-ink-2 [overflow-wrap:anywhere] max-md:px-4">
      {rest > 0 ? (
        <>
          {formatCount(shown)} of {plural(total, 'task')} stand here, those that need somebody first. The other{' '}
          {formatCount(rest)} are in the file of all: {file}
        </>
      ) : (
        <>
          All {plural(total, 'task')} stand here, those that need somebody first. As a file: {file}
        </>
      )}
    </p>
  )
}
