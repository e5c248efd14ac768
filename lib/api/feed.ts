/**
 * Invariant: batches are taken in their order, each once, and at most a few wait here: whoever takes them slowly stops
 * the tail for himself, and goes on later from the last event that was queued.
 */
import type { Tail } from '#lib/ledger/index.ts'
import type { TaskEvent } from '#lib/task/schema.ts'

const WAITING_MAX = 2

export interface Feed {
  /** Resolves to the next events as soon as there are some, and to undefined once the feed is closed. One call at a time. */
  next(): Promise<TaskEvent[] | undefined>
  close(): void
}

/** Refuses with validation when the cursor is none. */
export async function openFeed(tail: Tail, after: string | undefined): Promise<Feed> {
  const waiting: TaskEvent[][] = []
  let cursor = after
  let wake: () => void = () => {}
  let closed = false
  let unsubscribe: (() => void) | undefined = await tail.subscribe(cursor, receive)

  function receive(events: TaskEvent[]): void {
    waiting.push(events)
    cursor = events.at(-1)?.id ?? cursor
    if (waiting.length >= WAITING_MAX) pause()
    wake()
  }

  function pause(): void {
    unsubscribe?.()
    unsubscribe = undefined
  }

  return {
    async next() {
      while (!closed) {
        const events = waiting.shift()
        if (events) return events
        const arrived = new Promise<void>((resolve) => {
          wake = resolve
        })
        // Nothing of the tail's is missed by this: the cursor says what was queued last.
        unsubscribe ??= await tail.subscribe(cursor, receive)
        await arrived
      }
      pause()
      return undefined
    },
    close() {
      closed = true
      pause()
      wake()
    },
  }
}
