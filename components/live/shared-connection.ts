/**
 * Invariant: of all tabs that take part, the one that holds the lock is connected, and tells the others. When it goes,
 * however it goes, the browser gives the lock to the next one, which goes on behind the last event that it was told.
 */
import type { TaskEvent } from '#lib/task/schema.ts'
import { type Connection, createSource, isAfter, type Receiver } from './event-source.ts'

const NAME = 'rollcall-events'

type Told =
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'gap' }
  /** Of a tab that joins: where its page was read. Whoever was told more since answers with a gap. */
  | { readonly kind: 'joined'; readonly last: string }

/** Locks are for secure contexts: a page over plain HTTP from another host has a connection of its own. */
export function canShare(): boolean {
  return 'BroadcastChannel' in globalThis && navigator.locks !== undefined
}

export function shareConnection(receiver: Receiver): Connection {
  let channel: BroadcastChannel | null = null
  let turn: AbortController | null = null
  let wasClosed = false
  let isLeading = false

  const tell = (told: Told) => channel?.postMessage(told)
  const source = createSource({
    receive(event) {
      const isNew = receiver.receive(event)
      if (isNew) tell({ kind: 'event', event })
      return isNew
    },
    onGap() {
      receiver.onGap()
      tell({ kind: 'gap' })
    },
    last: receiver.last,
  })

  /** Holds the lock, and the connection, until the signal aborts. */
  function lead(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      signal.addEventListener('abort', () => {
        isLeading = false
        source.close()
        resolve()
      })
      isLeading = true
      source.open()
    })
  }

  return {
    open() {
      if (channel !== null) return
      channel = new BroadcastChannel(NAME)
      channel.onmessage = ({ data }: MessageEvent<Told>) => {
        if (data.kind === 'event') receiver.receive(data.event)
        else if (data.kind === 'gap') receiver.onGap()
        else if (isLeading && isAfter(receiver.last(), data.last)) tell({ kind: 'gap' })
      }
      tell({ kind: 'joined', last: receiver.last() })
      const mine = new AbortController()
      turn = mine
      // Refused only by an abort, while it waits: somebody else is connected then.
      navigator.locks.request(NAME, { signal: mine.signal }, () => lead(mine.signal)).catch(() => undefined)
      // What the others were told meanwhile is not told again.
      if (wasClosed) receiver.onGap()
    },
    close() {
      if (channel === null) return
      turn?.abort()
      channel.close()
      channel = null
      wasClosed = true
    },
  }
}
