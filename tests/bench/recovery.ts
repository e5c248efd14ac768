import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { poolOptions } from '#lib/db/connect-postgresql.ts'
import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { openDatabase } from '#lib/db/open.ts'
import { type Context, createTask, recover, SYSTEM } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { createDatabase } from '../support/postgres.ts'
import { type Comparison, type Contestant, compare, contest, type Rates } from './contest.ts'
import { openPostgresqlFloor } from './floor-postgresql.ts'
import { interruptions } from './floor-recovery.ts'
import { openSqliteFloor } from './floor-sqlite.ts'
import type { Write } from './floor-writes.ts'
import type { Bench } from './main.ts'
import { openOurs } from './ours.ts'
import { BATCH, newTasks } from './work.ts'

const ROUNDS = 5
const TARGET = 3
const BARE = `UPDATE task_history SET status = 'interrupted', interrupted_at = 1, worker_id = NULL, updated_at = 1
  WHERE status = 'running'`

/** Boot recovery of everything that one dead worker held, beside one bare UPDATE of its tasks, and beside its rows by hand. */
export async function recoveryPart({ folder, full }: Bench): Promise<Comparison[]> {
  const orphans = full ? 100_000 : 20_000
  return [...(await onSqlite(folder, orphans)), ...(await onPostgresql(orphans))]
}

async function onSqlite(folder: string, orphans: number): Promise<Comparison[]> {
  const path = (name: string) => join(folder, `recovery-${name}.db`)
  await fill(`file:${path('filled')}`, orphans)
  const filled = connectSqlite(`file:${path('filled')}`)
  // What is still in the log would not be copied with the file.
  filled.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([])
  filled.close()
  const copy = async (name: string) => {
    copyFileSync(path('filled'), path(name))
    return `file:${path(name)}`
  }
  const bare: Open = async (url) => {
    const connection = connectSqlite(url)
    return { run: async () => connection.exec(BARE), close: async () => void connection.close() }
  }
  const byHand: Open = async (url) => {
    const { commit, close } = await openSqliteFloor(url)
    const batches = await heldBatches(url)
    const run = async () => batches.forEach((writes) => void commit(writes()))
    return { run, close: async () => close() }
  }
  return measure('SQLite', orphans, copy, { bare, byHand })
}

async function onPostgresql(orphans: number): Promise<Comparison[]> {
  const server = process.env.TEST_POSTGRES_URL ?? ''
  const filled = await createDatabase(server, 'recovery_filled')
  await fill(filled, orphans)
  const admin = new pg.Client(server)
  await admin.connect()
  const copy = async (name: string) => {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE recovery_filled`)
    return Object.assign(new URL(server), { pathname: `/${name}` }).href
  }
  try {
    return await measure('PostgreSQL', orphans, copy, { bare: openBarePostgresql, byHand: openPostgresqlByHand })
  } finally {
    await admin.end()
  }
}

async function openBarePostgresql(url: string): Promise<Opened> {
  const client = new pg.Client(poolOptions(url))
  await client.connect()
  return { run: () => client.query(BARE), close: () => client.end() }
}

/** Two connections, as recovery has. */
async function openPostgresqlByHand(url: string): Promise<Opened> {
  const { commit, close } = await openPostgresqlFloor(url)
  const batches = await heldBatches(url)
  const lane = async () => {
    for (let writes = batches.shift(); writes; writes = batches.shift()) await commit(writes())
  }
  return { run: () => Promise.all([lane(), lane()]), close }
}

async function heldBatches(url: string): Promise<(() => Write[])[]> {
  const db = await openDatabase(url)
  const rows = await db.read("SELECT id, worker_id FROM task_history WHERE status = 'running' ORDER BY id")
  await db.close()
  return interruptions(
    rows.map((row) => String(row.id)),
    String(rows[0]?.worker_id),
  )
}

/** A worker with so many tasks that is dead already: a lease that has run out would be forgiven for our own absence. */
async function fill(url: string, orphans: number): Promise<void> {
  const { context, workerId, close } = await openOurs(url)
  for (let done = 0; done < orphans; done += BATCH) {
    const tasks = newTasks(BATCH).map((task) => ({ ...task, start: { workerId } }))
    for (const result of await createTask.many(context, tasks)) if (!result.ok) throw result.error
  }
  const data = { state: 'dead', deathKind: 'suspected', endedAt: BigInt(Date.now()) }
  await context.db.records.worker.update({ where: { id: workerId }, data })
  await close()
}

interface Opened {
  run(): Promise<unknown>
  close(): Promise<void>
}

type Open = (url: string) => Promise<Opened>

async function measure(
  database: string,
  orphans: number,
  copy: (name: string) => Promise<string>,
  open: { bare: Open; byHand: Open },
): Promise<Comparison[]> {
  const us = contestant('Rollcall', 'ours', orphans, copy, openRecovery(orphans))
  const bare = contestant('one bare UPDATE', 'bare', orphans, copy, open.bare)
  const byHand = contestant('the same rows by hand', 'hand', orphans, copy, open.byHand)
  const rates = await contest([us, byHand, bare], ROUNDS)
  const work = `${database}: boot recovery of ${orphans.toLocaleString('en-US')} orphans`
  const told = [
    compare(rates, us, bare, { work, target: TARGET, kind: 'time' }),
    compare(rates, us, byHand, { work, kind: 'time' }),
    compare(rates, byHand, bare, { work: `${database}: the same rows by hand`, kind: 'time' }),
  ]
  // A server of its own does its part in processes that are not ours to count.
  if (database !== 'SQLite') return told
  const busy: Rates = new Map([us, bare, byHand].map((each) => [each, each.processor.slice(1)]))
  const processor = `${work}, processor time`
  return [
    ...told,
    compare(busy, us, bare, { work: processor, kind: 'time' }),
    compare(busy, us, byHand, { work: processor, kind: 'time' }),
  ]
}

function openRecovery(orphans: number): Open {
  return async (url) => {
    const db = await openDatabase(url)
    const context: Context = {
      db,
      actor: SYSTEM,
      policy: createPolicy(settingsOf({ strategy: 'fail-and-reassign', firstDelayMs: 600_000 })),
    }
    return {
      async run() {
        const { interrupted } = await recover(context, { trigger: 'boot', sweepMs: 1000 })
        if (interrupted !== orphans) throw new Error(`${interrupted} of ${orphans} orphans were interrupted`)
      },
      close: () => db.close(),
    }
  }
}

/**
 * Each round has a fresh copy of the database; it is opened before, and closed after, what is measured. `processor` are
 * the orphans a second of this process's own time, that of the round which warms up first.
 */
function contestant(
  name: string,
  prefix: string,
  orphans: number,
  copy: (name: string) => Promise<string>,
  open: Open,
): Contestant & { readonly processor: readonly number[] } {
  const processor: number[] = []
  let opened: Opened | undefined
  let round = 0
  return {
    name,
    processor,
    async prepare() {
      round += 1
      opened = await open(await copy(`recovery_${prefix}_${round}`))
    },
    async round() {
      const before = process.cpuUsage()
      await opened?.run()
      const { user, system } = process.cpuUsage(before)
      processor.push(orphans / ((user + system) / 1e6))
      return orphans
    },
    finish: async () => opened?.close(),
  }
}
