/**
 * Invariant: at most one connection to the event stream a tab. It is closed while nobody looks for a minute and when
 * the page goes away; whenever it comes back after a gap, whoever listens is told that events may have been missed.
 */
import type { TaskEvent } from '#lib/task/schema.ts'
import { EVENT_NAMES } from './event-kind.ts'

export type EventListener = (event: TaskEvent) => void

export interface EventStream {
  subscribe(listener: EventListener): () => void
  /** Opens, and keeps open while the page is looked at. Returns how to stop. */
  start(onGap: () => void): () => void
}

const STREAM = '/api/v1/events/stream'
const HIDDEN_MS = 60_000
const REOPEN_MS = 3000

export function createEventStream(): EventStream {
  const listeners = new Set<EventListener>()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start(onGap) {
      const connection = createConnection((event) => {
        for (const listener of listeners) listener(event)
      }, onGap)
      return keepWhileVisible(connection)
    },
  }
}

interface Connection {
  open(): void
  close(): void
}

function createConnection(onEvent: EventListener, onGap: () => void): Connection {
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let gap = false

  const open = () => {
    if (source !== null) return
    clearTimeout(retry)
    const opened = new EventSource(STREAM)
    source = opened
    // The server writes the same records that its API answers with, so the shape is not checked again.
    const receive = (message: MessageEvent<string>) => onEvent(JSON.parse(message.data) as TaskEvent)
    for (const name of EVENT_NAMES) opened.addEventListener(name, receive)
    opened.addEventListener('open', () => {
      if (gap) onGap()
      gap = false
    })
    opened.addEventListener('error', () => {
      gap = true
      // The browser connects again by itself, unless the server refused; then it is on us.
      if (opened.readyState === EventSource.CLOSED && source === opened) {
        source = null
        retry = setTimeout(open, REOPEN_MS)
      }
    })
  }
  const close = () => {
    clearTimeout(retry)
    if (source === null) return
    source.close()
    source = null
    gap = true
  }
  return { open, close }
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
