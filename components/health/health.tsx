'use client'

import { createContext, type ReactNode, Suspense, use, useEffect, useEffectEvent, useState } from 'react'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { usePoll } from '#components/live/live.tsx'
import { useClock, useNow } from '#components/look/clock.tsx'
import { formatClock, formatDuration } from '#components/look/format.ts'
import { later } from '#components/ui/later.ts'
import type { Health } from '#lib/task/schema.ts'

const PauseBand = later(() => import('./pause-band.tsx'))

const POLL_MS = 2000
const TIMEOUT_MS = 5000
/** The sweeper runs every second; beyond this it is late, whatever the server last said of it. */
const LATE_MS = 5000
const SILENT_MS = 6000

interface Watched {
  readonly sweptAt: string | null
  readonly sweeper: Health['sweeper']
  readonly pause: Health['pause']
  /** The database's time of the last answer. */
  readonly answeredAt: string
}

const HealthContext = createContext<Watched | null>(null)

/** Asks how the sweeper is doing, and sets the page's clock by the answer. */
export function HealthProvider({ health, children }: { health: Health; children: ReactNode }) {
  const [watched, setWatched] = useState<Watched>({ ...health, answeredAt: health.serverTime })
  const clock = useClock()
  const ask = useEffectEvent(async () => {
    const askedMs = Date.now()
    const answer = await fetchHealth()
    if (answer === null) return
    clock.adjust(Date.parse(answer.serverTime), askedMs, Date.now())
    setWatched({ ...answer, answeredAt: answer.serverTime })
  })
  useEffect(() => void ask(), [])
  // A page that was rendered anew knows it first: whoever paused or released sees so at once.
  const [given, setGiven] = useState(health)
  if (given !== health) {
    setGiven(health)
    setWatched({ ...health, answeredAt: health.serverTime })
  }
  usePoll(() => void ask(), POLL_MS)
  return <HealthContext value={watched}>{children}</HealthContext>
}

export interface SweeperState {
  readonly ageMs: number | null
  readonly late: boolean
}

export function useSweeper(): SweeperState {
  const watched = useWatched()
  const now = useNow()
  if (watched.sweptAt === null) return { ageMs: null, late: watched.sweeper !== 'ok' }
  const ageMs = now - Date.parse(watched.sweptAt)
  return { ageMs, late: watched.sweeper !== 'ok' || ageMs > LATE_MS }
}

/** The red line that stands above everything when the page cannot be trusted. */
export function HealthLine() {
  const watched = useWatched()
  const now = useNow()
  const sweeper = useSweeper()
  const silentMs = now - Date.parse(watched.answeredAt)
  if (silentMs > SILENT_MS) {
    return (
      <RedLine>
        The database has not answered for {formatDuration(silentMs)}. What you see is from{' '}
        {formatClock(watched.answeredAt)}.
      </RedLine>
    )
  }
  if (!sweeper.late) return null
  const since = sweeper.ageMs === null ? 'has not run yet' : `has not run for ${formatDuration(sweeper.ageMs)}`
  return <RedLine>The sweeper {since}. Nothing is recovered until it does.</RedLine>
}

/** What holds automatic recovery back, above every page. */
export function RecoveryLine({ recovery }: { recovery: RecoveryControl }) {
  const { pause } = useWatched()
  if (pause === null) return null
  return (
    <Suspense>
      <PauseBand pause={pause} recovery={recovery} />
    </Suspense>
  )
}

function RedLine({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="border-bad-fill border-b bg-bad-bg px-6 py-2.5 font-medium text-bad-fg max-md:px-4">
      {children}
    </p>
  )
}

function useWatched(): Watched {
  const watched = use(HealthContext)
  if (watched === null) throw new Error('useSweeper needs a HealthProvider above it')
  return watched
}

async function fetchHealth(): Promise<Health | null> {
  try {
    const answer = await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
    // It answers 503 when the sweeper is late; the facts are in the body all the same, or there are none.
    const body: unknown = await answer.json()
    return typeof body === 'object' && body !== null && 'serverTime' in body ? (body as Health) : null
  } catch {
    return null
  }
}
