import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until the look gives something truthy, and gives that; fails with what was looked for when the time is over. An
 * empty list is nothing yet.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, false | undefined | null>> {
  const endsAt = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    // Truthy, so none of the excluded.
    if (seen && !(Array.isArray(seen) && seen.length === 0)) return seen as Exclude<T, false | undefined | null>
    if (performance.now() >= endsAt) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}
