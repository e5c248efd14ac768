/** The connection itself. It begins behind the last event that was told, so that nothing is missed between two of them. */

import { EVENT_NAMES } from '#components/look/event-kind.ts'
import type { TaskEvent } from '#lib/task/schema.ts'

const STREAM = '/api/v1/events/stream'
const REOPEN_MS = 3000

export interface Connection {
  open(): void
  close(): void
}

/** What a connection tells, and where it goes on. */
export interface Receiver {
  /** False when the event was told before. */
  receive(event: TaskEvent): boolean
  onGap(): void
  /** The last event that was told, or where the page was read. */
  last(): string
}

/** Ids of events are two numbers; the first one is the transaction's. */
export function isAfter(id: string, other: string): boolean {
  const [transaction = 0, number = 0] = id.split('.').map(Number)
  const [otherTransaction = 0, otherNumber = 0] = other.split('.').map(Number)
  return transaction === otherTransaction ? number > otherNumber : transaction > otherTransaction
}

export function createSource({ receive, onGap, last }: Receiver): Connection {
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let gap = false

  const open = () => {
    if (source !== null) return
    clearTimeout(retry)
    const opened = new EventSource(`${STREAM}?after=${last()}`)
    source = opened
    // The server writes the same records that its API answers with, so the shape is not checked again.
    const read = (message: MessageEvent<string>) => void receive(JSON.parse(message.data) as TaskEvent)
    for (const name of EVENT_NAMES) opened.addEventListener(name, read)
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
