/** All chance of a schedule comes from its seed, so that the seed alone tells it again. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  /** Undefined only of nothing. */
  pick<T>(from: readonly T[]): T | undefined
  /** One of the choices, as often as its weight says. */
  weighted<T extends { readonly weight: number }>(from: readonly T[]): T | undefined
}

export function createRandom(seed: number): Random {
  // Mulberry32, begun at a number that neighbouring seeds do not share any bits with.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)],
    weighted(from) {
      let left = next() * from.reduce((sum, { weight }) => sum + weight, 0)
      for (const one of from) {
        left -= one.weight
        if (left < 0) return one
      }
      return from.at(-1)
    },
  }
}
