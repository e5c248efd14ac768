/**
 * Invariant: a subscriber gets every event that is settled after its cursor, once and in order, whichever instance
 * wrote it. One reader a process feeds all of its subscribers; each of them remembers its own place.
 */

import type { Context } from '#lib/ledger/core/context.ts'
import { toEvent } from '#lib/ledger/core/record-rows.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { TaskEvent } from '#lib/task/schema.ts'

/** A subscriber that is further behind than this catches up page by page. */
const PAGE = 500
/** Commits wake the reader; this is for the wake that was lost. */
const LOOK_AGAIN_MS = 1000
/** A burst of commits is read once. */
const COLLECT_MS = 15

type Listener = (events: TaskEvent[]) => void

export interface Tail {
  /** Events after the cursor, or from now on; the listener gets them in batches. Returns how to stop. */
  subscribe(after: string | undefined, listener: Listener): Promise<() => void>
  close(): void
}

interface Subscriber {
  cursor: readonly [number, number]
  readonly listener: Listener
}

export function startTail({ db }: Pick<Context, 'db'>): Tail {
  const subscribers = new Set<Subscriber>()
  let timer: NodeJS.Timeout | undefined
  let reading = false
  let again = false

  const stopListening = db.onCommit(() => soon(COLLECT_MS))
  const interval = setInterval(() => soon(0), LOOK_AGAIN_MS)
  interval.unref()

  function soon(delayMs: number): void {
    if (subscribers.size === 0) return
    timer ??= setTimeout(() => {
      timer = undefined
      void pump()
    }, delayMs)
  }

  async function pump(): Promise<void> {
    if (reading) {
      again = true
      return
    }
    reading = true
    try {
      // Those at the same place share a read; mostly that is all of them.
      const places = new Map<string, Subscriber[]>()
      for (const subscriber of subscribers) {
        const place = subscriber.cursor.join('.')
        places.set(place, [...(places.get(place) ?? []), subscriber])
      }
      for (const group of places.values()) await feed(group)
    } catch {
      // The database is away; the next look finds what was missed, since no cursor has moved.
    } finally {
      reading = false
      if (again) soon(0)
      again = false
    }
  }

  async function feed(group: Subscriber[]): Promise<void> {
    const [first] = group
    if (!first) return
    const rows = await readAfter(first.cursor)
    const last = rows.at(-1)
    if (!last) return
    for (const subscriber of group) {
      if (!subscribers.has(subscriber)) continue
      subscriber.cursor = [Number(last.transaction_id), Number(last.id)]
      subscriber.listener(rows.map(toEvent))
    }
    if (rows.length === PAGE) again = true
  }

  function readAfter(cursor: readonly [number, number]) {
    const { eventsAfter, eventOrder } = db.dialect
    return db.read(
      `SELECT * FROM task_events WHERE ${eventsAfter('$1', '$2')} ORDER BY ${eventOrder} LIMIT ${PAGE}`,
      cursor,
    )
  }

  return {
    async subscribe(after, listener) {
      const subscriber = { cursor: after === undefined ? await newest() : parseCursor(after), listener }
      subscribers.add(subscriber)
      soon(0)
      return () => void subscribers.delete(subscriber)
    },
    close() {
      stopListening()
      clearInterval(interval)
      clearTimeout(timer)
      subscribers.clear()
    },
  }

  async function newest(): Promise<readonly [number, number]> {
    return parseCursor(await readEventsEnd({ db }))
  }
}

/** The cursor behind which everything is still to come: what is read after it was asked for misses nothing. */
export async function readEventsEnd({ db }: Pick<Context, 'db'>): Promise<string> {
  const [row] = await db.read(db.dialect.eventsEnd)
  return `${Number(row?.transaction_id ?? 0)}.${Number(row?.id ?? 0)}`
}

function parseCursor(cursor: string): readonly [number, number] {
  const [, transaction, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (transaction === undefined || id === undefined) {
    throw new TaskError('validation', `after: "${cursor}" is not the id of an event of this stream`)
  }
  return [Number(transaction), Number(id)]
}
