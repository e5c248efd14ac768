'use client'

/**
 * Invariant: rows are patched where they stand. Nothing here reorders, adds or removes a row; what is new is counted.
 * A later answer of the server always wins over an earlier one, and a new list from the server over all of them.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useLedgerEvents } from '#components/live/live.tsx'
import { useClock } from '#components/look/clock.tsx'
import type { Filters } from '#components/query/task-query.ts'
import { readRecord } from '#components/ui/read-record.ts'
import type { Task, TaskEvent } from '#lib/task/schema.ts'
import { inInstants } from '#lib/task/window.ts'

export interface LiveTasks {
  readonly tasks: readonly Task[]
  /** How many the first page has by now that this one has not. */
  readonly arrived: number
  /** The database's time of what is shown, once refreshing has failed; null while all is well. */
  readonly staleSinceMs: number | null
}

const POLL_MS = 3000
const BACKOFF_MS = [3000, 6000, 12_000, 30_000]
/** Events of one commit arrive together: the first asks at once, those after it share the next request. */
const GATHER_MS = 200
const COUNT_MS = 1000

/** `countNew` only where new rows would appear: on the first page. */
export function useLiveTasks(initial: readonly Task[], filters: Filters, countNew: boolean): LiveTasks {
  const [list, setList] = useState({ initial, patches: new Map<string, Task>(), arrived: 0 })
  if (list.initial !== initial) setList({ initial, patches: new Map(), arrived: 0 })
  const [staleSinceMs, setStaleSinceMs] = useState<number | null>(null)
  const clock = useClock()
  const tasks = list.initial.map((task) => list.patches.get(task.id) ?? task)

  const patch = (answer: readonly Task[]) =>
    setList((now) => ({
      ...now,
      patches: new Map([...now.patches, ...answer.map((task) => [task.id, task] as const)]),
    }))
  const refresh = useRequest(GATHER_MS, async () => {
    const ids = tasks.filter((task) => task.sealedAt === null).map((task) => task.id)
    if (ids.length > 0) patch(await fetchTasks({ id: ids.join(','), limit: String(ids.length) }))
  })
  const count = useRequest(COUNT_MS, async () => {
    const known = new Set(initial.map((task) => task.id))
    const first = await fetchTasks(inInstants(filters, clock.now()))
    setList((now) => ({ ...now, arrived: first.filter((task) => !known.has(task.id)).length }))
  })

  useLedgerEvents((event: TaskEvent) => {
    if (event.taskId !== null && tasks.some((task) => task.id === event.taskId)) refresh().catch(leave)
    else if (event.taskId !== null && countNew) count().catch(leave)
  })
  usePollWithBackoff(refresh, (failed) => setStaleSinceMs((since) => (failed ? (since ?? clock.now()) : null)))
  return { tasks, arrived: list.arrived, staleSinceMs }
}

/** What an event asked for in vain comes with the next event or poll, and it is the poll that tells of a failure. */
const leave = () => {}

/** Runs one request at a time, `gapMs` apart; what is asked for meanwhile is done once more afterwards. */
function useRequest(gapMs: number, request: () => Promise<void>): () => Promise<void> {
  const run = useEffectEvent(request)
  const state = useRef<{ running: Promise<void> | null; next: Promise<void> | null }>({ running: null, next: null })
  const [start] = useState(
    () =>
      function ask(): Promise<void> {
        const current = state.current
        if (current.running === null) {
          const answered = run()
          const settled = answered.catch(() => {}).then(() => new Promise<void>((done) => setTimeout(done, gapMs)))
          current.running = settled.then(() => {
            current.running = null
          })
          return answered
        }
        current.next ??= current.running.then(() => {
          current.next = null
          return ask()
        })
        return current.next
      },
  )
  return start
}

/** Polls while the page is looked at; after a failure more and more seldom, until it is answered again. */
function usePollWithBackoff(poll: () => Promise<void>, onResult: (failed: boolean) => void): void {
  const report = useEffectEvent(onResult)
  useEffect(() => {
    let failures = 0
    let timer: ReturnType<typeof setTimeout>
    const later = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(ask, ms)
    }
    const ask = async () => {
      if (document.visibilityState !== 'visible') return later(POLL_MS)
      const failed = await poll().then(
        () => false,
        () => true,
      )
      failures = failed ? failures + 1 : 0
      report(failed)
      later(failed ? (BACKOFF_MS[failures] ?? 30_000) : POLL_MS)
    }
    const look = () => document.visibilityState === 'visible' && void ask()
    later(POLL_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [poll])
}

async function fetchTasks(parameters: Record<string, string>): Promise<Task[]> {
  return (await readRecord<{ tasks: Task[] }>('tasks', parameters)).tasks
}
