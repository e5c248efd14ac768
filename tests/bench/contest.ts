/**
 * Contestants take turns, round by round, so that whatever else the machine does meets all of them. A ratio is taken
 * within a round; its median over the rounds counts, and the spread is told.
 */

export interface Contestant {
  readonly name: string
  /** Makes ready for a round; not measured. */
  prepare?(): Promise<void>
  /** Does one round of work; answers how many operations that was. */
  round(): Promise<number>
  /** What counts of the round, where that is not all of it. */
  tookMs?(): number
  /** Tidies up after a round; not measured. */
  finish?(): Promise<void>
}

export interface Comparison {
  readonly work: string
  readonly against: string
  /** What section and figure it must reach; without one it is told for information. */
  readonly target?: number
  /** A ratio of speeds, ours over theirs; or of times or bytes, which should be small. */
  readonly kind: 'speed' | 'time' | 'bytes'
  readonly ratios: readonly number[]
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
}

export type Rates = ReadonlyMap<Contestant, readonly number[]>

const ROUNDS = 5

/** Operations a second of each contestant in each round, after a round that warms up. */
export async function contest(contestants: readonly Contestant[], rounds = ROUNDS): Promise<Rates> {
  const rates = new Map(contestants.map((contestant) => [contestant, [] as number[]]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [contestant, measured] of rates) {
      await contestant.prepare?.()
      const startedAt = performance.now()
      const operations = await contestant.round()
      const seconds = (contestant.tookMs?.() ?? performance.now() - startedAt) / 1000
      await contestant.finish?.()
      if (round > 0) measured.push(operations / seconds)
    }
  }
  return rates
}

export function compare(
  rates: Rates,
  us: Contestant,
  them: Contestant,
  description: Pick<Comparison, 'work' | 'target'> & { kind?: Comparison['kind'] },
): Comparison {
  const ours = rates.get(us) ?? []
  const theirs = rates.get(them) ?? []
  const kind = description.kind ?? 'speed'
  const ratios = ours.map((rate, round) => {
    const speed = rate / (theirs[round] ?? Number.NaN)
    return kind === 'speed' ? speed : 1 / speed
  })
  return { ...description, kind, against: them.name, ratios, ours, theirs }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 ? middle : middle - 1], sorted[middle]]
  return (low + high) / 2
}
