'use client'

import type { ReactNode } from 'react'
import { useSweeper } from '#components/health/health.tsx'
import { useNow } from '#components/look/clock.tsx'
import { formatCountdown, formatDuration } from '#components/look/format.ts'
import type { Task } from '#lib/task/schema.ts'
import { type NextStep, nextStepOf } from './next-step.ts'

const BANDS: Record<NextStep['tone'], string> = {
  plain: 'border-line border-y',
  warn: 'bg-warn-bg',
  bad: 'bg-bad-bg',
}
const FIGURES: Record<NextStep['tone'], string> = { plain: 'text-ink', warn: 'text-warn-fg', bad: 'text-bad-fg' }

/** What happens next, when and why; beside it what a person can do about it. */
export function NextStepBand({ task, children }: { task: Task; children: ReactNode }) {
  const now = useNow()
  const { late, ageMs } = useSweeper()
  const next = late && task.sealedAt === null ? blind(ageMs) : nextStepOf(task, now)
  const leftMs = next.at === null ? null : Date.parse(next.at) - now
  return (
    <section
      aria-label="What happens next"
      className={`relative flex min-h-[72px] items-center gap-8 px-6 py-3 max-lg:flex-wrap max-lg:gap-x-6 max-lg:gap-y-3 max-md:gap-x-4 max-md:px-4 ${BANDS[next.tone]}`}
    >
      {leftMs !== null && (
        <span role="timer" className={`font-medium text-32 max-md:text-28 ${FIGURES[next.tone]}`}>
          {formatCountdown(leftMs)}
        </span>
      )}
      <div className="min-w-0 flex-1 max-lg:min-w-[55%]">
        <p className="font-medium text-15">{next.sentence}</p>
        {next.detail && <p className="mt-0.5 text-12 text-ink-2">{next.detail}</p>}
      </div>
      {children}
      <Announcement leftMs={leftMs} sentence={next.sentence} />
      <Fuse next={next} leftMs={leftMs} />
    </section>
  )
}

/** Without a sweeper no next step is true: it is what carries them out. */
function blind(ageMs: number | null): NextStep {
  const since = ageMs === null ? 'has not run yet' : `has not run for ${formatDuration(ageMs)}`
  const sentence = `The sweeper ${since}. Nothing is recovered until it does.`
  return { tone: 'bad', at: null, since: null, sentence, detail: null }
}

/** Shrinks once a second to the instant at which it happens. */
function Fuse({ next, leftMs }: { next: NextStep; leftMs: number | null }) {
  if (leftMs === null || next.at === null || next.since === null || next.tone === 'plain') return null
  const wholeMs = Date.parse(next.at) - Date.parse(next.since)
  const share = wholeMs <= 0 ? 0 : Math.min(1, Math.max(0, leftMs / wholeMs))
  return (
    <div
      aria-hidden="true"
      data-fuse=""
      className="absolute bottom-0 left-0 h-0.5 bg-warn-fill"
      style={{ width: `${share * 100}%` }}
    />
  )
}

const READ_ALOUD_SECONDS = [30, 10, 0]

/** Reads the sentence when it changes, and a countdown at 30, 10 and 0; every second would say nothing else. */
function Announcement({ leftMs, sentence }: { leftMs: number | null; sentence: string }) {
  const seconds = leftMs === null ? null : Math.max(0, Math.ceil(leftMs / 1000))
  const mark = seconds === null ? null : READ_ALOUD_SECONDS.findLast((at) => seconds <= at)
  const figure = mark === undefined || mark === null ? '' : ` In ${mark} s.`
  return (
    <p className="sr-only" aria-live="polite">
      {sentence}
      {figure}
    </p>
  )
}
