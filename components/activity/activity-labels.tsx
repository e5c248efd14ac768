'use client'

import { useNow } from '#components/look/clock.tsx'
import { LivenessTicks } from '#components/look/liveness-ticks.tsx'
import { Link } from '#components/ui/link.tsx'
import { ticksOf } from '#components/worker/worker-table.tsx'
import type { ActivityWorker } from '#lib/task/activity.ts'
import { HEAD, ROW, type WorkerRow } from './activity-layout.ts'

/** Who the rows are. They stand beside the canvas as text, so that they can be read, followed and searched. */
export function ActivityLabels({ rows }: { rows: readonly WorkerRow[] }) {
  return (
    <ol className="w-[216px] shrink-0 max-md:w-32" style={{ paddingTop: HEAD }} aria-label="Workers">
      {rows.map(({ worker, bars, hidden, deadMs }) => (
        <li
          key={worker.id}
          className="flex items-center gap-2.5 border-line border-b pr-3 pl-6 max-md:pl-4"
          style={{ height: ROW }}
        >
          <span className="max-md:hidden">
            <WorkerTicks worker={worker} />
          </span>
          <span className="min-w-0 flex-1">
            <Link
              href={`/workers/${worker.id}`}
              className="mono block truncate leading-4 hover:underlined"
              title={worker.name}
            >
              {worker.name}
            </Link>
            <WorkerState worker={worker} />
          </span>
          <span className="mono text-ink-2 max-md:hidden">
            {deadMs === null ? `${underWay(bars)}/${worker.slots}` : '–'}
            {hidden > 0 && <span className="text-ink-3"> +{hidden}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}

function underWay(bars: WorkerRow['bars']): number {
  return bars.filter(({ attempt }) => attempt.endedAt === null).length
}

function WorkerTicks({ worker }: { worker: ActivityWorker }) {
  return <LivenessTicks ticks={ticksOf(worker, useNow())} />
}

function WorkerState({ worker: { state } }: { worker: ActivityWorker }) {
  return <span className={`block text-11 leading-3.5 ${state === 'dead' ? 'text-bad-fg' : 'text-ink-3'}`}>{state}</span>
}
