/** A clock that stands still until a test moves it. */
export interface TestClock {
  (): number
  advance(ms: number): void
  set(ms: number): void
}

export const START_MS = Date.parse('2026-11-21T08:00:00.000Z')

export function createClock(startMs = START_MS): TestClock {
  let nowMs = startMs
  return Object.assign(() => nowMs, {
    advance(ms: number) {
      nowMs += ms
    },
    set(ms: number) {
      nowMs = ms
    },
  })
}
