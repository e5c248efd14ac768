import type { Database } from '#lib/db/types.ts'

export interface CommitWait {
  /** Resolves at the next commit, after the given time, or when the signal aborts. */
  within(timeoutMs: number, signal?: AbortSignal): Promise<void>
  cancel(): void
}

/** Begins to listen for commits of these works before the caller looks, so that none between its look and its wait is missed. */
export function waitForCommit(db: Database, works: ReadonlySet<string>): CommitWait {
  let wake: () => void = () => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const stop = db.onCommit((committed) => {
    for (const work of committed) if (works.has(work)) wake()
  })
  return {
    async within(timeoutMs, signal) {
      const timer = setTimeout(wake, timeoutMs)
      signal?.addEventListener('abort', wake, { once: true })
      await woken
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      stop()
    },
    cancel: stop,
  }
}
