'use client'

import { useHydrated, useNow } from '#components/look/clock.tsx'
import { formatAbsolute } from '#components/look/format.ts'
import type { Tick } from '#components/look/liveness.ts'
import type { Task } from '#lib/task/schema.ts'
import { type Fact, factsOf } from './task-facts.ts'

const VALUES: Record<Tick, string> = {
  fine: 'text-ink',
  attention: 'text-warn-fg',
  gone: 'text-bad-fg',
  none: 'text-ink',
}

/** Owner, lease, heartbeat, progress, worker: the five ticks at full width, each with its fact. */
export function FiveFacts({ task }: { task: Task }) {
  const facts = factsOf(task, useNow())
  return (
    <dl
      aria-label="Liveness"
      className="grid grid-cols-5 border-line border-b pl-6 max-lg:grid-cols-3 max-md:grid-cols-1 max-md:px-4 max-md:py-2"
    >
      {facts.map((fact) => (
        <FactCell key={fact.name} fact={fact} />
      ))}
    </dl>
  )
}

/** The tick stands at the cell's edge, at the height of its words. */
const CELL =
  'relative grid min-w-0 border-line py-2.5 pr-4 [--edge:18px] first:[--edge:0px] pl-[calc(var(--edge)+15px)] not-first:border-l ' +
  'max-lg:border-0! max-lg:[--edge:0px] max-md:h-10 max-md:grid-cols-[100px_auto_minmax(0,1fr)] max-md:items-center ' +
  'max-md:gap-x-3 max-md:py-0 max-md:pr-0'

function FactCell({ fact: { name, value, detail, brief, at, tick } }: { fact: Fact }) {
  const local = useHydrated()
  return (
    <div className={CELL}>
      <dt className="text-11 text-ink-2 max-md:text-12">
        <FactTick tick={tick} />
        {name}
      </dt>
      <dd
        title={at === null ? undefined : formatAbsolute(at, local)}
        className={`truncate font-medium text-15 ${VALUES[tick]}`}
      >
        {value}
      </dd>
      <dd className="truncate text-12 text-ink-2 max-md:text-right max-md:text-ink-3">
        <span className="max-md:hidden">{detail}</span>
        <span className="md:hidden">{brief}</span>&nbsp;
      </dd>
    </div>
  )
}

/** Height says it without colour. */
const LARGE: Record<Tick, string> = {
  fine: 'h-8 max-md:h-[22px] bg-ink-3',
  attention: 'h-[18px] max-md:h-[12px] bg-warn-fill',
  gone: 'h-1.5 bg-bad-fill',
  none: 'h-[3px] bg-line-2',
}

/** One fact's tick at full width, on a task's own page. */
function FactTick({ tick }: { tick: Tick }) {
  return (
    <span
      aria-hidden="true"
      className="absolute bottom-3.5 left-(--edge) flex h-8 items-end max-md:top-[9px] max-md:bottom-auto max-md:h-[22px]"
    >
      <span data-tick={tick} className={`w-[3px] ${LARGE[tick]}`} />
    </span>
  )
}
