/**
 * Invariant: at most one connection to the event stream a browser, and each event is told once a tab, in order. A tab that
 * nobody looks at for a minute takes no part; whenever one comes back after a gap, whoever listens is told that events
 * may have been missed.
 */
import type { TaskEvent } from '#lib/task/schema.ts'
import { type Connection, createSource, isAfter, type Receiver } from './event-source.ts'
import { canShare, shareConnection } from './shared-connection.ts'

export type EventListener = (event: TaskEvent) => void

export interface EventStream {
  subscribe(listener: EventListener): () => void
  /** Opens, and keeps open while the page is looked at. Returns how to stop. */
  start(onGap: () => void): () => void
}

const HIDDEN_MS = 60_000

/** `from` is where the page was read: what happened until it is connected is told then. */
export function createEventStream(from: string): EventStream {
  const listeners = new Set<EventListener>()
  let last = from

  function receive(event: TaskEvent): boolean {
    if (!isAfter(event.id, last)) return false
    last = event.id
    for (const listener of listeners) listener(event)
    return true
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start(onGap) {
      const receiver: Receiver = { receive, onGap, last: () => last }
      return keepWhileVisible(canShare() ? shareConnection(receiver) : createSource(receiver))
    },
  }
}

function keepWhileVisible({ open, close }: Connection): () => void {
  let hidden: ReturnType<typeof setTimeout> | undefined
  const follow = () => {
    clearTimeout(hidden)
    if (document.visibilityState === 'visible') open()
    else hidden = setTimeout(close, HIDDEN_MS)
  }
  follow()
  document.addEventListener('visibilitychange', follow)
  window.addEventListener('pageshow', follow)
  window.addEventListener('pagehide', close)
  return () => {
    clearTimeout(hidden)
    close()
    document.removeEventListener('visibilitychange', follow)
    window.removeEventListener('pageshow', follow)
    window.removeEventListener('pagehide', close)
  }
}
