'use client'

import { useNow } from '#components/look/clock.tsx'
import { formatDuration, plural } from '#components/look/format.ts'
import { judgeLease, type Ticks } from '#components/look/liveness.ts'
import { LivenessTicks } from '#components/look/liveness-ticks.tsx'
import { Age } from '#components/look/time.tsx'
import { WorkerWord, workerLookOf } from '#components/look/worker-look.tsx'
import { EmptyFirst } from '#components/ui/empty-first.tsx'
import { Link } from '#components/ui/link.tsx'
import { SlotBar } from '#components/ui/slot-bar.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { Worker } from '#lib/task/schema.ts'

const RECENT_MS = 3_600_000

interface Group {
  readonly title: string
  readonly holds: (worker: Worker, nowMs: number) => boolean
}

const GROUPS: readonly Group[] = [
  {
    title: 'Dead within the hour',
    holds: (worker, nowMs) => worker.state === 'dead' && goneMs(worker, nowMs) < RECENT_MS,
  },
  { title: 'Late or draining', holds: (worker, nowMs) => worker.state === 'draining' || isLate(worker, nowMs) },
  { title: 'Alive', holds: (worker, nowMs) => worker.state === 'alive' && !isLate(worker, nowMs) },
  {
    title: 'Gone',
    holds: (worker, nowMs) =>
      worker.state === 'stopped' || (worker.state === 'dead' && goneMs(worker, nowMs) >= RECENT_MS),
  },
]

export function isLate(worker: Worker, nowMs: number): boolean {
  return worker.state === 'alive' && judgeLease(worker, nowMs).heartbeat !== 'fine'
}

function goneMs({ endedAt }: Worker, nowMs: number): number {
  return endedAt === null ? 0 : nowMs - Date.parse(endedAt)
}

/** Workers by what they need of a person: those in trouble first, those that are long gone last. */
export function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  const now = useNow()
  if (workers.length === 0) {
    return <EmptyFirst of="workers" />
  }
  return (
    <Table aria-label="Workers">
      <WorkerTableHead />
      {GROUPS.map(({ title, holds }) => {
        const group = workers.filter((worker) => holds(worker, now))
        if (group.length === 0) return null
        return (
          <tbody key={title}>
            <GroupHead title={title} count={group.length} />
            {group.map((worker) => (
              <WorkerRow key={worker.id} worker={worker} />
            ))}
          </tbody>
        )
      })}
    </Table>
  )
}

/** Which columns give way as the window narrows. */
const FROM = { md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }
const COLUMNS = [FROM.md, '', '', FROM.lg, FROM.md, FROM.xl, FROM.lg, FROM.xl, FROM.xl]

/** Its words reach over the cells beside it: a cell over all columns would bring back those that gave way. */
function GroupHead({ title, count }: { title: string; count: number }) {
  return (
    <tr>
      <th scope="rowgroup" className="h-10 whitespace-nowrap border-line border-b px-2 text-left font-normal">
        <span className="mr-3 font-semibold">{title}</span>
        <span className="text-ink-3">{plural(count, 'worker')}</span>
      </th>
      {COLUMNS.map((hidden, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change their places
        <td key={index} className={`border-line border-b ${hidden}`} />
      ))}
    </tr>
  )
}

function WorkerTableHead() {
  return (
    <thead className="sticky top-11 z-10 bg-bg">
      <tr>
        <Th className="w-[176px]">State</Th>
        <Th className="w-[44px] max-md:hidden">
          <span className="sr-only">Liveness</span>
        </Th>
        <Th>Worker</Th>
        <Th figure className="w-[96px]">
          Heartbeat
        </Th>
        <Th className="w-[170px] max-lg:hidden">Lease</Th>
        <Th className="w-[170px] max-md:hidden">Holds</Th>
        <Th className="w-[90px] max-xl:hidden">Version</Th>
        <Th className="w-[160px] max-lg:hidden">Skills</Th>
        <Th figure className="w-[90px] max-xl:hidden">
          Registered
        </Th>
        <Th className="w-[200px] max-xl:hidden">Note</Th>
      </tr>
    </thead>
  )
}

/** The ticks of a worker by itself. */
export function ticksOf(
  worker: Pick<Worker, 'state' | 'endedAt' | 'leaseExpiresAt' | 'leaseMs' | 'lastHeartbeatAt'>,
  nowMs: number,
): Ticks {
  if (worker.endedAt !== null) return GONE[worker.state === 'stopped' ? 'stopped' : 'dead']
  const { lease, heartbeat } = judgeLease(worker, nowMs)
  return ['fine', lease, heartbeat, 'fine', 'fine']
}

const GONE: Record<'dead' | 'stopped', Ticks> = {
  dead: ['gone', 'gone', 'gone', 'gone', 'none'],
  stopped: ['none', 'none', 'none', 'none', 'none'],
}

function WorkerRow({ worker }: { worker: Worker }) {
  const now = useNow()
  const gone = worker.endedAt !== null
  const { heartbeat } = judgeLease(worker, now)
  const tone = gone || heartbeat === 'gone' ? 'text-bad-fg' : heartbeat === 'attention' ? 'text-warn-fg' : ''
  return (
    <tr data-worker={worker.id} className="hover:bg-hover">
      <Td>
        <WorkerWord look={workerLookOf(worker.state, worker.deathKind, isLate(worker, now))} />
      </Td>
      <Td className="max-md:hidden">
        <LivenessTicks ticks={ticksOf(worker, now)} />
      </Td>
      <Td className="mono" title={`${worker.host}, pid ${worker.pid}, ${worker.id}`}>
        <Link href={`/workers/${worker.id}`} className="hover:underlined">
          {worker.name}
        </Link>
      </Td>
      <Td figure className={worker.state === 'stopped' ? 'text-ink-3' : tone}>
        <Age at={worker.lastHeartbeatAt} />
      </Td>
      <Td className="max-lg:hidden">
        <LeaseLeft worker={worker} nowMs={now} />
      </Td>
      <Td className="max-md:hidden">
        <SlotBar held={worker.held} slots={worker.slots} />
      </Td>
      <Td className="mono text-ink-2 max-xl:hidden">{worker.version ?? <span className="text-ink-3">unknown</span>}</Td>
      <Td className="text-ink-2 max-lg:hidden" title={worker.skills.join(', ')}>
        {worker.skills.join(', ')}
      </Td>
      <Td figure className="text-ink-2 max-xl:hidden">
        <Age at={worker.registeredAt} />
      </Td>
      <Td className="text-ink-2 max-xl:hidden" title={worker.reason ?? undefined}>
        {worker.reason}
      </Td>
    </tr>
  )
}

/** A line of what is left of the lease, amber under half of it. */
export function LeaseLeft({ worker, nowMs }: { worker: Worker; nowMs: number }) {
  const leftMs = Date.parse(worker.leaseExpiresAt) - nowMs
  if (worker.endedAt !== null)
    return <span className="text-ink-2">ended {formatDuration(nowMs - Date.parse(worker.endedAt))} ago</span>
  if (leftMs <= 0) return <span className="text-bad-fg">ended {formatDuration(-leftMs)} ago</span>
  const short = leftMs < worker.leaseMs / 2
  return (
    <span className={`flex items-center gap-2 ${short ? 'text-warn-fg' : ''}`}>
      <span aria-hidden="true" className="h-1 w-[60px] bg-line">
        <span
          data-tick="lease"
          className={`block h-1 ${short ? 'bg-warn-fill' : 'bg-ink-3'}`}
          style={{ width: `${Math.min(100, (leftMs / worker.leaseMs) * 100)}%` }}
        />
      </span>
      {formatDuration(leftMs)} left
    </span>
  )
}
