'use client'

import { createContext, type ReactNode, use, useState, useSyncExternalStore } from 'react'

/**
 * Invariant: every age and countdown of the page is read from one clock, the database's. The browser's own clock only
 * measures how far it has moved on since the database last told the time.
 */
export interface Clock {
  now(): number
  /** Takes the database's time from an answer that was asked for and received at these moments of this machine. */
  adjust(databaseMs: number, askedMs: number, answeredMs: number): void
  subscribe(listener: () => void): () => void
  /** The second that is shown now; the same for all readers, so that all cells tick together. */
  second(): number
  readonly initial: number
}

const ClockContext = createContext<Clock | null>(null)

export function ClockProvider({ serverTime, children }: { serverTime: string; children: ReactNode }) {
  const [clock] = useState(() => createClock(Date.parse(serverTime)))
  return <ClockContext value={clock}>{children}</ClockContext>
}

export function useClock(): Clock {
  const clock = use(ClockContext)
  if (!clock) throw new Error('useClock needs a ClockProvider above it')
  return clock
}

/** The database's time, renewed once a second. While hydrating it is the time that the server rendered with. */
export function useNow(): number {
  const clock = useClock()
  return useSyncExternalStore(clock.subscribe, clock.second, () => clock.initial)
}

/** False while hydrating: what only the browser knows, such as its time zone, must wait for true. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
}

const SECOND_MS = 1000

function createClock(initial: number): Clock {
  const listeners = new Set<() => void>()
  let offset = initial - Date.now()
  let shown = initial
  let timer: ReturnType<typeof setTimeout> | undefined

  const now = () => Date.now() + offset
  const tick = () => {
    shown = now()
    // On whole seconds of the database: a countdown changes when its second does, not at a moment of our own.
    timer = setTimeout(tick, SECOND_MS - (shown % SECOND_MS) + 5)
    for (const listener of listeners) listener()
  }

  return {
    initial,
    now,
    second: () => shown,
    adjust(databaseMs, askedMs, answeredMs) {
      offset = databaseMs - (askedMs + answeredMs) / 2
    },
    subscribe(listener) {
      listeners.add(listener)
      if (listeners.size === 1) tick()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) clearTimeout(timer)
      }
    },
  }
}
