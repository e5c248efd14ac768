/** What pages read, in a ledger with a short past and in one with a long past, in turns. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { poolOptions } from '#lib/db/connect-postgresql.ts'
import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { migrate } from '#lib/db/migrate.ts'
import { openDatabase } from '#lib/db/open.ts'
import type { Database } from '#lib/db/types.ts'
import {
  type Context,
  countTasks,
  getTask,
  listErrorGroups,
  listEvents,
  listIncidents,
  listRecoveryRuns,
  listSessions,
  listTasks,
  listTaskValues,
  listWorkers,
  readChart,
  readStandings,
  readThroughput,
  SYSTEM,
} from '#lib/ledger/index.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { createDatabase } from '../support/postgres.ts'
import { type Comparison, compare, contest } from './contest.ts'
import type { Bench } from './main.ts'
import { RARE, seedStatements } from './seed.ts'

const SHORT = 10_000
const ROUNDS = 7
/** Often enough in a round that one pause of the machine does not decide it. */
const REPEATS = 10
const TARGET = 3
const EVER = new Date(0).toISOString()
/** Tasks a page, so that the shorter past has a thousand pages too. */
const PAGE = 10

interface Past {
  readonly context: Context
  /** Where page 1,000 begins. */
  readonly cursor: string
  readonly newest: string
  readonly now: number
}

type Read = (past: Past) => Promise<unknown>

const tasks =
  (query: ListTasks): Read =>
  ({ context }) =>
    listTasks(context, query)

const READS: Readonly<Record<string, Read>> = {
  'Now: figures': ({ context }) => readStandings(context),
  'Now: counts of tasks': ({ context }) => countTasks(context),
  'Now: chart of an hour': ({ context, now }) => readChart(context, { until: new Date(now + 1000).toISOString() }),
  'Now: chart of a day': ({ context, now }) =>
    readChart(context, { since: new Date(now - 86_400_000).toISOString(), until: new Date(now + 1000).toISOString() }),
  'Now: throughput of a week': ({ context }) => readThroughput(context, { window: '7d' }),
  'Tasks: first page': tasks({}),
  'Tasks: first page, all time': tasks({ since: EVER }),
  'Tasks: page 1,000, all time': ({ context, cursor }) => listTasks(context, { since: EVER, cursor, limit: PAGE }),
  'Tasks: failed': tasks({ status: ['failed'] }),
  'Tasks: failed, all time': tasks({ status: ['failed'], since: EVER }),
  'Tasks: running': tasks({ status: ['running'] }),
  'Tasks: of a repository': tasks({ repo: 'acme/repo-7' }),
  'Tasks: of a repository, all time': tasks({ repo: 'acme/repo-7', since: EVER }),
  'Tasks: failed of a repository, all time': tasks({ repo: 'acme/repo-0', status: ['failed'], since: EVER }),
  'Tasks: of an agent, all time': tasks({ agent: 'migrator', since: EVER }),
  'Tasks: of a user, all time': tasks({ user: 'user-3', since: EVER }),
  'Tasks: of a rare user, all time': tasks({ user: RARE.user, since: EVER }),
  'Tasks: of an issue, all time': tasks({ issue: 77, since: EVER }),
  'Tasks: of a worker': tasks({ worker: 'forge-7' }),
  'Tasks: of a label': tasks({ label: 'team=1' }),
  'Tasks: of a cost': tasks({ cost: '>2.5' }),
  'Tasks: of more than one attempt': tasks({ attempts: '>1' }),
  'Tasks: of a class of errors, a week': ({ context, now }) =>
    listTasks(context, { error: 'Timeout', since: new Date(now - 7 * 86_400_000).toISOString() }),
  'Tasks: under way half a day ago': ({ context, now }) =>
    listTasks(context, { at: new Date(now - 43_200_000).toISOString() }),
  'Tasks: all but a repository and a status': tasks({ not: 'repo:acme/repo-7 status:success' }),
  'Tasks: words': tasks({ q: 'login cache' }),
  'Tasks: words that nothing has': tasks({ q: 'zebra' }),
  'Tasks: repositories to choose from': ({ context }) => listTaskValues(context, { of: 'repo', q: 'repo-7' }),
  'Tasks: labels to choose from': ({ context }) => listTaskValues(context, { of: 'label', q: 'team' }),
  'Tasks: errors to choose from': ({ context }) => listTaskValues(context, { of: 'error' }),
  'Tasks: workers to choose from': ({ context }) => listTaskValues(context, { of: 'worker', q: 'forge' }),
  'Task: its page': ({ context, newest }) => getTask(context, { taskId: newest }),
  'Task: its history': ({ context, newest }) => listEvents(context, { taskId: newest }),
  Incidents: ({ context }) => listIncidents(context, {}),
  Workers: ({ context }) => listWorkers(context, {}),
  Sessions: ({ context }) => listSessions(context, {}),
  Recovery: ({ context }) => listRecoveryRuns(context, {}),
  Errors: ({ context }) => listErrorGroups(context),
}

/** `--full` seeds ten million tasks instead of one, on SQLite only. */
export async function pagesPart({ folder, full }: Bench): Promise<Comparison[]> {
  const long = full ? 10_000_000 : 1_000_000
  const onSqlite = await measure('SQLite', long, (name) => seedSqlite(folder, name))
  if (full) return onSqlite
  const server = process.env.TEST_POSTGRES_URL ?? ''
  return [...onSqlite, ...(await measure('PostgreSQL', long, (name) => seedPostgresql(server, name)))]
}

type Seed = (name: string) => {
  url: string | Promise<string>
  fill(texts: readonly string[]): Promise<void>
  drop(): void
}

async function measure(name: string, long: number, place: Seed): Promise<Comparison[]> {
  const closes: (() => Promise<void>)[] = []
  const open = async (count: number): Promise<Past> => {
    const now = Date.now()
    const { url, fill, drop } = place(`pages_${count}`)
    const database = await url
    await migrate(database)
    const startedAt = performance.now()
    const dialect = database.startsWith('file:') ? 'sqlite' : 'postgresql'
    await fill(seedStatements(dialect, count, now))
    console.log(
      `  ${name}: ${count.toLocaleString('en-US')} tasks in ${Math.round((performance.now() - startedAt) / 1000)} s`,
    )
    const db = await openDatabase(database)
    closes.push(async () => {
      await db.close()
      drop()
    })
    return pastOf(db, now)
  }
  try {
    const short = await open(SHORT)
    const past = await open(long)
    const comparisons: Comparison[] = []
    for (const [page, read] of Object.entries(READS))
      comparisons.push(await compareReads(name, page, read, past, short))
    return comparisons
  } finally {
    for (const close of closes) await close()
  }
}

async function compareReads(name: string, page: string, read: Read, long: Past, short: Past): Promise<Comparison> {
  const reader = (past: Past, label: string) => ({
    name: label,
    async round() {
      for (let time = 0; time < REPEATS; time += 1) await read(past)
      return REPEATS
    },
  })
  const [us, them] = [reader(long, 'a long past'), reader(short, 'ten thousand tasks')]
  return compare(await contest([us, them], ROUNDS), us, them, {
    work: `${name}: ${page}`,
    target: TARGET,
    kind: 'time',
  })
}

async function pastOf(db: Database, now: number): Promise<Past> {
  const context: Context = { db, actor: SYSTEM, policy: createPolicy(settingsOf()) }
  let cursor = ''
  for (let page = 0; page < 20; page += 1) {
    const { nextCursor } = await listTasks(context, { since: EVER, limit: 499, ...(cursor === '' ? {} : { cursor }) })
    cursor = nextCursor ?? cursor
  }
  const {
    tasks: [first],
  } = await listTasks(context, { limit: 1 })
  if (!first) throw new Error('the ledger was not seeded')
  return { context, cursor, newest: first.id, now }
}

function seedSqlite(folder: string, name: string): ReturnType<Seed> {
  const path = join(folder, `${name}.db`)
  return {
    url: `file:${path}`,
    async fill(texts) {
      const connection = connectSqlite(`file:${path}`)
      connection.exec('PRAGMA synchronous = OFF')
      for (const text of texts) connection.prepare(text).all([])
      connection.close()
    },
    drop: () => rmSync(path, { force: true }),
  }
}

function seedPostgresql(server: string, name: string): ReturnType<Seed> {
  const url = createDatabase(server, name)
  return {
    url,
    async fill(texts) {
      const client = new pg.Client(poolOptions(await url))
      await client.connect()
      await client.query('SET statement_timeout = 0')
      for (const text of texts) await client.query(text)
      await client.end()
    },
    drop: () => undefined,
  }
}
