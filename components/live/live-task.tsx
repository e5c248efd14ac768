'use client'

import { useLivePage } from './live.tsx'

const POLL_MS = 3000

/** Renders the page of a task anew when something of it, or of its worker, was written down. */
export function LiveTask({ taskId, workerId, sealed }: { taskId: string; workerId: string | null; sealed: boolean }) {
  useLivePage(
    (event) =>
      event.taskId === taskId || (event.taskId === null && event.workerId !== null && event.workerId === workerId),
    sealed ? null : POLL_MS,
  )
  return null
}
