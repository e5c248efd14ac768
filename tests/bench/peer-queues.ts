/** Queues that others wrote, on PostgreSQL, in the best batches that their documentation names. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Contestant } from './contest.ts'
import { together } from './ours.ts'
import { BATCH, newTasks } from './work.ts'

/** What is used of each. They are fetched for the benchmark alone, so their own types are not at hand. */
interface PgBoss {
  on(event: 'error', listener: (error: Error) => void): void
  start(): Promise<unknown>
  stop(options: { graceful: boolean }): Promise<void>
  createQueue(name: string, options: { heartbeatSeconds?: number }): Promise<void>
  insert(name: string, jobs: { data: object }[]): Promise<unknown>
  fetch(name: string, options: { batchSize: number }): Promise<{ id: string }[]>
  touch(name: string, ids: string[]): Promise<unknown>
  complete(name: string, ids: string[]): Promise<unknown>
}
interface GraphileWorker {
  runMigrations(options: object): Promise<void>
  makeWorkerUtils(options: object): Promise<{
    addJobs(jobs: { identifier: string; payload: object }[]): Promise<unknown>
    release(): Promise<void>
  }>
  runOnce(options: object): Promise<void>
  Logger: new (make: () => () => void) => object
}

const QUEUE = 'work'

export interface PeerQueue {
  /** Each of `callers` puts a thousand jobs in, takes them and completes them. */
  jobs(callers: number): Contestant
  close(): Promise<void>
}

export async function openPgBoss(url: string): Promise<PeerQueue> {
  const boss = await startPgBoss(url, {})
  async function caller(): Promise<void> {
    await boss.insert(QUEUE, jobData())
    const taken = await boss.fetch(QUEUE, { batchSize: BATCH })
    await boss.complete(
      QUEUE,
      taken.map(({ id }) => id),
    )
  }
  return {
    jobs: (callers) => ({ name: 'pg-boss', round: () => together(callers, caller, BATCH) }),
    close: () => boss.stop({ graceful: false }),
  }
}

export interface KeptAlive {
  /** Sends what keeps all of the jobs alive once more. */
  beat(): Promise<void>
  close(): Promise<void>
}

/** Jobs under way that are lost after `silentSeconds` without a sign of life, kept alive a thousand a statement. */
export async function keepPgBossAlive(url: string, jobs: number, silentSeconds: number): Promise<KeptAlive> {
  const boss = await startPgBoss(url, { heartbeatSeconds: silentSeconds })
  const batches: string[][] = []
  for (let made = 0; made < jobs; made += BATCH) {
    await boss.insert(QUEUE, jobData())
    batches.push((await boss.fetch(QUEUE, { batchSize: BATCH })).map(({ id }) => id))
  }
  return {
    async beat() {
      for (const ids of batches) await boss.touch(QUEUE, ids)
    },
    close: () => boss.stop({ graceful: false }),
  }
}

async function startPgBoss(url: string, queue: { heartbeatSeconds?: number }): Promise<PgBoss> {
  const { PgBoss } = (await load('pg-boss')) as { PgBoss: new (options: object) => PgBoss }
  // Without its own chores, which would take their share of what is measured.
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(QUEUE, queue)
  return boss
}

export async function openGraphileWorker(url: string): Promise<PeerQueue> {
  const library = (await load('graphile-worker')) as GraphileWorker
  const quiet = { connectionString: url, logger: new library.Logger(() => () => {}) }
  await library.runMigrations(quiet)
  const utils = await library.makeWorkerUtils(quiet)
  const worker = { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }
  return {
    jobs: (callers) => ({
      name: 'graphile-worker',
      async round() {
        const add = () => utils.addJobs(jobData().map(({ data }) => ({ identifier: QUEUE, payload: data })))
        await Promise.all(Array.from({ length: callers }, add))
        await library.runOnce({ ...quiet, preset: { worker }, taskList: { [QUEUE]: () => {} } })
        return callers * BATCH
      },
    }),
    close: () => utils.release(),
  }
}

function jobData(): { data: object }[] {
  return newTasks(BATCH).map((data) => ({ data }))
}

function load(name: string): Promise<unknown> {
  const require = createRequire(join(process.env.BENCH_PEERS ?? '', 'package.json'))
  return import(pathToFileURL(require.resolve(name)).href)
}
