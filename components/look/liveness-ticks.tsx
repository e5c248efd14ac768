'use client'

import type { Task } from '#lib/task/schema.ts'
import { useNow } from './clock.tsx'
import { judgeLiveness, type Tick, type Ticks } from './liveness.ts'
import { WORDS } from './tone.ts'

/** Height says it without colour. */
const SMALL: Record<Tick, string> = {
  fine: 'h-[11px] bg-ink-3',
  attention: 'h-[6.5px] bg-warn-fill',
  gone: 'h-[3px] bg-bad-fill',
  none: 'h-[2px] bg-line-2',
}
const FACTS = ['owner', 'lease', 'heartbeat', 'progress', 'worker'] as const

export function LivenessTicks({ ticks }: { ticks: Ticks }) {
  return (
    <span aria-hidden="true" className="inline-flex h-[11px] w-[18px] shrink-0 items-end gap-[2px]">
      {FACTS.map((fact, index) => (
        <span key={fact} data-tick={ticks[index]} className={`w-[2px] ${SMALL[ticks[index] ?? 'none']}`} />
      ))}
    </span>
  )
}

const NO_TICKS: Ticks = ['none', 'none', 'none', 'none', 'none']

/** The liveness cell: five ticks, a verdict and its age. */
export function LivenessCell({ task, quiet = false }: { task: Task; quiet?: boolean }) {
  const { ticks, verdict, tone, sentence } = judgeLiveness(task, useNow())
  return (
    <span className="inline-flex items-center gap-2 align-middle text-12">
      <LivenessTicks ticks={quiet ? NO_TICKS : ticks} />
      <span aria-hidden="true" className={quiet ? 'text-ink-3' : tone === 'mute' ? 'text-ink-2' : WORDS[tone]}>
        {verdict ?? '–'}
      </span>
      <span className="sr-only">{sentence}</span>
    </span>
  )
}
