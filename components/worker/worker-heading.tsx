'use client'

import type { ReactNode } from 'react'
import { useNow } from '#components/look/clock.tsx'
import { shortId } from '#components/look/format.ts'
import { Age, ExactMoment, Moment } from '#components/look/time.tsx'
import { WorkerWord, workerLookOf } from '#components/look/worker-look.tsx'
import { Breadcrumbs } from '#components/ui/breadcrumbs.tsx'
import { Fact, Facts } from '#components/ui/facts.tsx'
import { SlotBar } from '#components/ui/slot-bar.tsx'
import { Unknown } from '#components/ui/table.tsx'
import type { Worker } from '#lib/task/schema.ts'
import { isLate, LeaseLeft } from './worker-table.tsx'

export function WorkerHeading({ worker, children }: { worker: Worker; children: ReactNode }) {
  const now = useNow()
  return (
    <div className="border-line border-b px-6 pt-3 pb-3 max-md:px-4 max-md:pt-0">
      <Breadcrumbs href="/workers" name="Workers" here={shortId(worker.id)} />
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-20 [overflow-wrap:anywhere]">{worker.name}</h1>
        <WorkerWord look={workerLookOf(worker.state, worker.deathKind, isLate(worker, now))} />
        <div className="ml-auto flex flex-wrap gap-2 max-md:ml-0">{children}</div>
      </div>
      <Facts>
        <Fact name="Heartbeat">
          <Age at={worker.lastHeartbeatAt} ago />
        </Fact>
        <Fact name="Lease">
          <LeaseLeft worker={worker} nowMs={now} />
        </Fact>
        <Fact name="Holds">
          <SlotBar held={worker.held} slots={worker.slots} />
        </Fact>
        <Fact name="Host and process">
          {worker.host}, pid {worker.pid}
        </Fact>
        <Fact name="Version">{worker.version ?? <Unknown />}</Fact>
        <Fact name="Skills">{worker.skills.join(', ') || 'none'}</Fact>
        <Fact name="Registered">
          <Moment at={worker.registeredAt} />
        </Fact>
        {worker.endedAt !== null && (
          <Fact name="Ended">
            <ExactMoment at={worker.endedAt} />
            {worker.reason !== null && `: ${worker.reason}`}
          </Fact>
        )}
      </Facts>
    </div>
  )
}
