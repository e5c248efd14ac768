'use client'

/**
 * Invariant: the window moves at once and its content follows; an answer for a window that was left is thrown away.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useLedgerEvents, usePoll } from '#components/live/live.tsx'
import { useClock } from '#components/look/clock.tsx'
import { readRecord } from '#components/ui/read-record.ts'
import type { Activity } from '#lib/task/activity.ts'

/** How long is shown, and until when; null follows the present. */
export interface Window {
  readonly spanMs: number
  readonly untilMs: number | null
}

const SETTLE_MS = 200
const GATHER_MS = 1000
const POLL_MS = 5000
const POLL_LARGE_MS = 20_000
/** An answer of this many attempts is a megabyte or so: not every few seconds. */
const LARGE = 3000

export function useActivity(window: Window): { activity: Activity | null; failed: boolean } {
  const clock = useClock()
  const [state, setState] = useState<{ activity: Activity | null; failed: boolean }>({ activity: null, failed: false })
  const gathered = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const asked = useRef(0)
  const load = useEffectEvent(async () => {
    asked.current += 1
    const number = asked.current
    const until = window.untilMs ?? clock.now()
    const margin = window.untilMs === null ? 0 : window.spanMs / 4
    const parameters = {
      since: new Date(until - window.spanMs - margin).toISOString(),
      until: new Date(Math.min(until + margin, clock.now() + 1000)).toISOString(),
    }
    try {
      const activity = await readRecord<Activity>('chart', parameters)
      if (number === asked.current) setState({ activity, failed: false })
    } catch {
      if (number === asked.current) setState((now) => ({ ...now, failed: true }))
    }
  })
  const soon = (ms: number) => {
    gathered.current ??= setTimeout(() => {
      gathered.current = undefined
      void load()
    }, ms)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a window that moved is what it runs for
  useEffect(() => {
    const timer = setTimeout(() => void load(), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [window.spanMs, window.untilMs])
  const large = (state.activity?.attempts.length ?? 0) > LARGE
  useLedgerEvents(() => {
    if (window.untilMs === null && !large) soon(GATHER_MS)
  })
  usePoll(() => void load(), window.untilMs !== null ? null : large ? POLL_LARGE_MS : POLL_MS)
  return state
}
