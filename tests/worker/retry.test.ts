import { describe, expect, test } from 'vitest'
import { TaskError } from '#lib/task/errors.ts'
import { retry } from '#lib/worker/retry.ts'

const busy = (facts = {}) => new TaskError('unavailable', 'busy', facts)

/** Fails so many times, then gives the number of earlier tries. */
function failing(times: number, error: () => Error = busy) {
  return (earlier: number) => (earlier < times ? Promise.reject(error()) : Promise.resolve(earlier))
}

describe('retry', () => {
  test.each(['unavailable', 'internal', 'rate_limited'] as const)('asks again after %s', async (code) => {
    expect(
      await retry(
        failing(2, () => new TaskError(code, 'not now')),
        { firstDelayMs: 1 },
      ),
    ).toBe(2)
  })

  test.each(['fence_rejected', 'validation', 'forbidden'] as const)(
    'does not repeat what was refused: %s',
    async (code) => {
      const delays: number[] = []
      const refused = retry(
        failing(1, () => new TaskError(code, 'no')),
        { onRetry: (_, tries) => delays.push(tries) },
      )
      await expect(refused).rejects.toMatchObject({ code })
      expect(delays).toEqual([])
    },
  )

  test('does not hide a bug behind another try', async () => {
    await expect(retry(failing(1, () => new RangeError('a bug')))).rejects.toThrow(RangeError)
  })

  test('waits at least as long as Retry-After says', async () => {
    const startedAt = performance.now()
    await retry(
      failing(1, () => busy({ retryAfterMs: 150 })),
      { firstDelayMs: 1 },
    )
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145)
  })

  test('ends with the last error when the time is over, and does not wait past it', async () => {
    const startedAt = performance.now()
    await expect(
      retry(
        failing(99, () => busy({ retryAfterMs: 60_000 })),
        { forMs: 1000 },
      ),
    ).rejects.toThrow('busy')
    expect(performance.now() - startedAt).toBeLessThan(900)
  })

  test('waits longer each time, up to a limit', async () => {
    const at: number[] = []
    const work = (earlier: number) => {
      at.push(performance.now())
      return failing(5)(earlier)
    }
    await retry(work, { firstDelayMs: 8, maxDelayMs: 40 })
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(3)
    expect(waits[4]).toBeGreaterThanOrEqual(19)
  })

  test('stops with the reason of the signal, also in the middle of a wait', async () => {
    const aborter = new AbortController()
    const waiting = retry(failing(99), {
      signal: aborter.signal,
      firstDelayMs: 60_000,
      maxDelayMs: 60_000,
      onRetry: () => aborter.abort(new Error('enough')),
    })
    await expect(waiting).rejects.toThrow('enough')
  })
})
