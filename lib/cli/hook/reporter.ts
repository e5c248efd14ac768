/** Where a session is on record: as a task of its own, or as the session of the `rollcall run` that it runs in. */

import { isTaskError } from '#lib/task/errors.ts'
import type { Task } from '#lib/task/schema.ts'
import { Attempt } from '#lib/worker/attempt.ts'
import type { Client } from '#lib/worker/client.ts'
import type { Lease } from '#lib/worker/lease.ts'
import type { Report, Stop } from '#lib/worker/report.ts'
import type { Usage } from './event.ts'
import { log } from './log.ts'

export interface Progress extends Usage {
  readonly phase?: string
}

export interface Reporter {
  /** Set once the ledger wants an end of it. */
  readonly stopped: Stop | undefined
  /** The current number of the attempt. */
  readonly attempt: number
  progress(progress: Progress): Promise<void>
  finish(report: Report): Promise<void>
}

const FINISH_FOR_MS = 24 * 3_600_000

export function reportOwn(client: Client, lease: Lease, task: Task): Reporter {
  const attempt = new Attempt(client, lease, task, { onNotice: log })
  return {
    get stopped() {
      return attempt.stopped
    },
    get attempt() {
      return attempt.attempt
    },
    progress: (progress) => attempt.progress(progress),
    async finish(report) {
      const result = await attempt.finish(report, AbortSignal.timeout(FINISH_FOR_MS))
      if (isTaskError(result)) log(`the outcome "${report.outcome}" was refused: ${result.message}`)
    },
  }
}

/** The wrapper holds the attempt, keeps its lease and reports its end; only what the session knows is added. */
export async function reportJoined(client: Client, taskId: string, sessionId: string): Promise<Reporter> {
  const address = async () => {
    const { task } = await client.call('getTask', { taskId })
    return { taskId, workerId: task.workerId ?? '', attempt: task.attempt }
  }
  let current = await address()
  await client.call('linkSession', { ...current, sessionId }).catch((error) => log(`session ${sessionId}: ${error}`))
  const progress = async (progress: Progress) => {
    try {
      await client.call('reportProgress', { ...current, ...progress })
    } catch (error) {
      if (!isTaskError(error) || error.code !== 'fence_rejected') throw error
      current = await address()
      await client.call('reportProgress', { ...current, ...progress })
    }
  }
  return {
    stopped: undefined,
    attempt: current.attempt,
    progress,
    async finish({ costUsd, turns, tokensIn, tokensOut }) {
      const usage = Object.fromEntries(
        Object.entries({ costUsd, turns, tokensIn, tokensOut }).filter(([, value]) => value !== undefined),
      )
      await progress(usage)
    },
  }
}
