import { createDatabase } from '../support/postgres.ts'
import { openBareQueue } from './bare-queue.ts'
import { type Comparison, compare, contest } from './contest.ts'
import { openPostgresqlFloor } from './floor-postgresql.ts'
import { batchedLifecycles, openOurs, singleLifecycles } from './ours.ts'
import { BATCH, CALLERS } from './work.ts'

/** Of the queue without history; the best peer library reached it, measured on this class of machine. */
const BEST_PEER = 0.64
const BATCH_CALLERS = 4

/** Lifecycles on PostgreSQL, fsync on for everybody. */
export async function postgresqlPart(): Promise<Comparison[]> {
  const server = process.env.TEST_POSTGRES_URL ?? ''
  const ours = await openOurs(await createDatabase(server, 'bench_ours'))
  const raw = await openPostgresqlFloor(await createDatabase(server, 'bench_floor'))
  const queue = await openBareQueue(await createDatabase(server, 'bench_queue'))

  const batched = batchedLifecycles(ours, BATCH_CALLERS, 1)
  const floor = raw.lifecycles(BATCH, BATCH_CALLERS, 1)
  const jobs = queue.jobs(BATCH, BATCH_CALLERS, 2)
  const batchedRates = await contest([batched, floor, jobs])
  const single = singleLifecycles(ours, 25)
  const alone = raw.lifecycles(1, CALLERS, 10)
  const singleRates = await contest([single, alone])

  await Promise.all([ours.close(), raw.close(), queue.close()])
  const lifecycles = 'PostgreSQL: lifecycles'
  return [
    compare(batchedRates, batched, jobs, { work: `${lifecycles}, 1000 a call, 4 callers`, target: BEST_PEER }),
    compare(batchedRates, batched, floor, { work: `${lifecycles}, 1000 a call, 4 callers` }),
    compare(singleRates, single, alone, { work: `${lifecycles}, 32 callers` }),
  ]
}
