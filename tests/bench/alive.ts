import pg from 'pg'
import type { Row } from '#lib/db/types.ts'
import { createTask, heartbeat, recover, registerWorker } from '#lib/ledger/index.ts'
import { DEFAULTS, LIMITS } from '#lib/task/schema.ts'
import { createDatabase } from '../support/postgres.ts'
import type { Comparison } from './contest.ts'
import { type OurLedger, openOurs } from './ours.ts'
import { keepPgBossAlive } from './peer-queues.ts'
import { BATCH, newTasks } from './work.ts'

const TASKS = 10_000
const MINUTE_MS = 60_000
const SWEEP_MS = 1000
const MINUTES = 3
/** As pg-boss sends them: twice in the time after which a silent job counts as lost. */
const BEATS_A_TERM = 2
/** Of the best peer that notices the death of a worker by its silence. */
const TARGET = 1 / 1000

/** What keeping ten thousand tasks alive for a minute makes PostgreSQL write, both with a sign of life every 5 s. */
export async function alivePart(): Promise<Comparison[]> {
  const server = process.env.TEST_POSTGRES_URL ?? ''
  const [ourUrl, theirUrl] = [await createDatabase(server, 'alive_ours'), await createDatabase(server, 'alive_pg_boss')]
  const ours = await openOurs(ourUrl)
  const theirs = await keepPgBossAlive(theirUrl, TASKS, (BEATS_A_TERM * DEFAULTS.heartbeatMs) / 1000)
  const minuteOfOurs = await keepAlive(ours)
  const minuteOfTheirs = () => times(MINUTE_MS / DEFAULTS.heartbeatMs, theirs.beat)

  const figures = { ours: [] as number[], theirs: [] as number[] }
  for (const url of [ourUrl, theirUrl]) await query(url, 'VACUUM (ANALYZE)')
  // The first minute warms up: whatever comes after a checkpoint writes whole pages once.
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    const [our, their] = [await bytesWritten(ourUrl, minuteOfOurs), await bytesWritten(theirUrl, minuteOfTheirs)]
    if (minute === 0) continue
    figures.ours.push(our / TASKS)
    figures.theirs.push(their / TASKS)
  }
  await Promise.all([ours.close(), theirs.close()])
  const ratios = figures.ours.map((bytes, round) => bytes / (figures.theirs[round] ?? Number.NaN))
  const work = 'PostgreSQL: bytes written to keep 10,000 tasks alive for a minute'
  return [{ work, against: 'pg-boss', kind: 'bytes', target: TARGET, ratios, ...figures }]
}

/**
 * Ten workers with a thousand attempts each. Answers what happens of itself within a minute. Their leases are longer
 * than usual, for the turns of the other one; how often they are renewed is not.
 */
async function keepAlive({ context }: OurLedger): Promise<() => Promise<void>> {
  const workers = await Promise.all(
    Array.from({ length: TASKS / BATCH }, async (_, index) => {
      const worker = await registerWorker(context, { host: 'bench', pid: index + 2, leaseMs: LIMITS.leaseMsMax })
      const tasks = newTasks(BATCH)
      const starts = tasks.map((task) => ({ ...task, start: { workerId: worker.id } }))
      for (const result of await createTask.many(context, starts)) if (!result.ok) throw result.error
      return { workerId: worker.id, held: tasks.map(({ id }) => ({ taskId: id, attempt: 1 })) }
    }),
  )
  return async () => {
    await times(MINUTE_MS / DEFAULTS.heartbeatMs, async () => {
      await Promise.all(workers.map((beat) => heartbeat(context, beat)))
    })
    await times(MINUTE_MS / SWEEP_MS, async () => {
      await recover(context, { trigger: 'sweep', sweepMs: SWEEP_MS })
    })
  }
}

async function bytesWritten(url: string, work: () => Promise<void>): Promise<number> {
  const [before] = await query(url, 'SELECT pg_current_wal_insert_lsn() AS at')
  await work()
  const [row] = await query(url, 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1) AS bytes', [before?.at])
  return Number(row?.bytes)
}

async function query(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

async function times(count: number, work: () => Promise<void>): Promise<void> {
  for (let done = 0; done < count; done += 1) await work()
}
