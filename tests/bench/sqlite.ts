import { join } from 'node:path'
import { type Comparison, compare, contest } from './contest.ts'
import { openSqliteFloor } from './floor-sqlite.ts'
import type { Bench } from './main.ts'
import { batchedLifecycles, openOurs, singleLifecycles, singleStarts } from './ours.ts'
import { BATCH, CALLERS } from './work.ts'

const SINGLE_COMMIT_TARGET = 5

/** Lifecycles and starts on SQLite, with an fsync a commit for everybody. */
export async function sqlitePart({ folder }: Bench): Promise<Comparison[]> {
  const ours = await openOurs(`file:${join(folder, 'ours.db')}`)
  const floor = await openSqliteFloor(`file:${join(folder, 'floor.db')}`)
  const lone = await openSqliteFloor(`file:${join(folder, 'lone.db')}`)
  const alone = lone.lifecycles(1, 300)

  const batched = { us: batchedLifecycles(ours, 1, 3), floor: floor.lifecycles(BATCH, 3 * BATCH) }
  const batchedRates = await contest([batched.us, batched.floor, alone])
  const single = { us: singleLifecycles(ours, 40), floor: floor.lifecycles(CALLERS, 40 * CALLERS) }
  const singleRates = await contest([single.us, single.floor, alone])
  const starts = { us: singleStarts(ours, 80), floor: floor.starts(CALLERS, 80 * CALLERS), alone: lone.starts(1, 600) }
  const startRates = await contest([starts.us, starts.floor, starts.alone])

  floor.close()
  lone.close()
  await ours.close()
  const lifecycles = 'SQLite: lifecycles'
  return [
    compare(batchedRates, batched.us, alone, { work: `${lifecycles}, 1000 a call`, target: SINGLE_COMMIT_TARGET }),
    compare(batchedRates, batched.us, batched.floor, { work: `${lifecycles}, 1000 a call` }),
    compare(singleRates, single.us, alone, { work: `${lifecycles}, 32 callers` }),
    compare(singleRates, single.us, single.floor, { work: `${lifecycles}, 32 callers` }),
    compare(startRates, starts.us, starts.alone, { work: 'SQLite: starts, 32 callers', target: SINGLE_COMMIT_TARGET }),
    compare(startRates, starts.us, starts.floor, { work: 'SQLite: starts, 32 callers' }),
  ]
}
