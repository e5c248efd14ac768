import { createDatabase } from '../support/postgres.ts'
import { type Comparison, compare, contest } from './contest.ts'
import { batchedLifecycles, openOurs } from './ours.ts'
import { openGraphileWorker, openPgBoss } from './peer-queues.ts'

const CALLERS = 4
/** Of the best of them. */
const TARGET = 1

/** Lifecycles on PostgreSQL beside queues that others wrote, each in its best batches. None of them keeps a history. */
export async function peersPart(): Promise<Comparison[]> {
  const server = process.env.TEST_POSTGRES_URL ?? ''
  const ours = await openOurs(await createDatabase(server, 'peers_ours'))
  const graphileWorker = await openGraphileWorker(await createDatabase(server, 'peers_graphile_worker'))
  const pgBoss = await openPgBoss(await createDatabase(server, 'peers_pg_boss'))

  const us = batchedLifecycles(ours, CALLERS, 1)
  const peers = [graphileWorker.jobs(CALLERS), pgBoss.jobs(CALLERS)]
  const rates = await contest([us, ...peers])
  await Promise.all([ours.close(), graphileWorker.close(), pgBoss.close()])
  const work = 'PostgreSQL: lifecycles, 1000 a call, 4 callers'
  return peers.map((peer) => compare(rates, us, peer, { work, target: TARGET }))
}
