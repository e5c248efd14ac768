'use client'

import { useHydrated, useNow } from './clock.tsx'
import { formatAbsolute, formatClock, formatDuration, formatMoment } from './format.ts'

interface TimeProps {
  at: string
  className?: string
}

/** How long ago: "12 s", or "12 s ago" with its word. */
export function Age({ at, className, ago = false }: TimeProps & { ago?: boolean }) {
  const words = formatDuration(useNow() - Date.parse(at))
  return <Instant at={at} className={className} words={ago ? `${words} ago` : words} />
}

/** The UTC clock time, with the day when it is not today. */
export function Moment({ at, className }: TimeProps) {
  return <Instant at={at} className={className} words={formatMoment(at, useNow())} />
}

/** The UTC clock time to the millisecond, for facts that are compared with each other. */
export function ExactMoment({ at, className }: TimeProps) {
  return <Instant at={at} className={className} words={formatClock(at, 'milliseconds')} />
}

/** From one instant to another, or to now. */
export function Duration({ from, to, className }: { from: string; to: string | null; className?: string }) {
  const now = useNow()
  const end = to === null ? now : Date.parse(to)
  return <span className={className}>{formatDuration(end - Date.parse(from))}</span>
}

function Instant({ at, words, className }: TimeProps & { words: string }) {
  const local = useHydrated()
  return (
    <time dateTime={at} title={formatAbsolute(at, local)} className={className}>
      {words}
    </time>
  )
}
