/** Asks again, with exponential backoff and jitter, what the ledger could not answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, isTaskError, type TaskError } from '#lib/task/errors.ts'

export interface RetryOptions {
  readonly signal?: AbortSignal
  /** How long to go on, from the first try; without it, until the signal is aborted. */
  readonly forMs?: number
  readonly firstDelayMs?: number
  readonly maxDelayMs?: number
  readonly onRetry?: (error: TaskError, tries: number) => void
}

/**
 * `work` must be safe to repeat: an unanswered request may have been carried out. It gets the number of earlier tries.
 * When the time is over, the last error is thrown.
 */
export async function retry<T>(work: (earlierTries: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, forMs = Number.POSITIVE_INFINITY, firstDelayMs = 100, maxDelayMs = 5000 } = options
  const endsAt = performance.now() + forMs
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await work(tries)
    } catch (error) {
      if (!isTaskError(error) || !isRetryable(error)) throw error
      const backoffMs = Math.min(maxDelayMs, firstDelayMs * 2 ** tries) * (0.5 + Math.random() / 2)
      const delayMs = Math.max(backoffMs, retryAfterOf(error))
      if (performance.now() + delayMs >= endsAt) throw error
      options.onRetry?.(error, tries + 1)
      await sleep(delayMs, undefined, signal ? { signal } : {}).catch(() => undefined)
    }
  }
}

const RETRYABLE: readonly ErrorCode[] = ['unavailable', 'rate_limited', 'reserve_unavailable', 'internal']

export function isRetryable(error: unknown): boolean {
  return isTaskError(error) && RETRYABLE.includes(error.code)
}

function retryAfterOf(error: TaskError): number {
  return typeof error.facts.retryAfterMs === 'number' ? error.facts.retryAfterMs : 0
}
