/** The schedules of a test run, or the one that ROLLCALL_SEED names, told step by step. */
import type { Engine } from './engine.ts'
import { Simulation } from './schedule.ts'

/** How often a boundary is passed before some server must have died there. */
const PASSED_OFTEN = 1500

export interface Simulated {
  readonly schedules: number
  readonly steps: number
  /** Boundaries that were passed often, and at which nobody ever died. */
  readonly unharmed: string[]
}

/** Throws at the first schedule in which a promise is broken, with all its steps. */
export async function simulate(engine: Engine, seeds: { from: number; count: number }): Promise<Simulated> {
  const simulation = await Simulation.on(engine)
  const asked = process.env.ROLLCALL_SEED
  const { from, count } = asked === undefined ? seeds : { from: Number(asked), count: 1 }
  try {
    if (asked !== undefined) console.log((await simulation.tell(from)).join('\n'))
    let steps = 0
    for (let seed = from; seed < from + count; seed += 1) steps += await simulation.run(seed)
    const { passed, died } = simulation.coverage
    const often = [...passed].filter(([, times]) => times >= PASSED_OFTEN).map(([point]) => point)
    return { schedules: count, steps, unharmed: often.filter((point) => !died.has(point)).sort() }
  } finally {
    await engine.close()
  }
}
