'use client'

import { useRouter } from 'next/navigation'
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useState, useTransition } from 'react'
import type { TaskEvent } from '#lib/task/schema.ts'
import { createEventStream, type EventListener, type EventStream } from './event-stream.ts'

const LiveContext = createContext<EventStream | null>(null)

/** One event stream for all that is on the page. */
export function LiveProvider({ from, children }: { from: string; children: ReactNode }) {
  const router = useRouter()
  const [stream] = useState(() => createEventStream(from))
  useEffect(() => stream.start(() => router.refresh()), [stream, router])
  return <LiveContext value={stream}>{children}</LiveContext>
}

export function useLedgerEvents(listener: EventListener): void {
  const stream = use(LiveContext)
  const receive = useEffectEvent(listener)
  useEffect(() => stream?.subscribe((event) => receive(event)), [stream])
}

const GATHER_MS = 100

/** Renders the page anew when an event of it arrives, many events at once, and by the clock while it may still change. */
export function useLivePage(concerns: (event: TaskEvent) => boolean, pollMs: number | null): void {
  const router = useRouter()
  const [isRefreshing, startRefresh] = useTransition()
  const [gathered] = useState<{ timer?: ReturnType<typeof setTimeout> }>(() => ({}))
  useLedgerEvents((event) => {
    if (!concerns(event) || gathered.timer !== undefined) return
    gathered.timer = setTimeout(() => {
      gathered.timer = undefined
      router.refresh()
    }, GATHER_MS)
  })
  // While the server is away a refresh waits for it, and one is enough.
  usePoll(() => {
    if (!isRefreshing) startRefresh(() => router.refresh())
  }, pollMs)
}

/** Calls while the page is looked at, and once when it is looked at again. Null is never. */
export function usePoll(call: () => void, everyMs: number | null): void {
  const poll = useEffectEvent(call)
  useEffect(() => {
    if (everyMs === null) return
    const visible = () => {
      if (document.visibilityState === 'visible') poll()
    }
    const timer = setInterval(visible, everyMs)
    document.addEventListener('visibilitychange', visible)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', visible)
    }
  }, [everyMs])
}
