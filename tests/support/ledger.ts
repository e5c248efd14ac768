/**
 * Ledgers to test on: one suite runs on SQLite and on PostgreSQL, each on a migrated database of its own, with a clock
 * that the test moves. `open()` empties the database; it is the same one for the whole suite.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { poolOptions } from '#lib/db/connect-postgresql.ts'
import { connectSqlite } from '#lib/db/connect-sqlite.ts'
import { migrate } from '#lib/db/migrate.ts'
import { openDatabase } from '#lib/db/open.ts'
import type { Database, Row } from '#lib/db/types.ts'
import type { Actor, Context } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { createClock, START_MS, type TestClock } from './clock.ts'
import { removeFolder } from './folders.ts'
import { createDatabase } from './postgres.ts'

export type DialectName = Database['dialect']['name']
export const DIALECTS: readonly DialectName[] = ['sqlite', 'postgresql']

export const OPERATOR: Actor = { kind: 'person', name: 'ada', role: 'operator' }
export const POLICY = createPolicy(settingsOf({ strategy: 'fail-and-reassign', firstDelayMs: 10_000 }))

export const TABLES = [
  ...['task_history', 'task_attempts', 'workers', 'sessions', 'task_events', 'task_output', 'late_reports'],
  ...['checkpoints', 'compensations', 'incidents', 'recovery_runs', 'operation_items', 'operations', 'ledger_clock'],
  ...['incident_workers', 'recovery_state', 'recovery_pauses', 'audit_head', 'audit_log'],
  ...['saved_views', 'view_defaults', 'rollups', 'rollup_cursor'],
  ...['webhook_deliveries', 'webhooks', 'alert_cursor'],
  ...['access_links', 'members'],
] as const
export type Table = (typeof TABLES)[number]
/** What every request may touch. */
const TOUCHED = ['sign_ins', 'sign_in_tries', 'tokens'] as const
const CLEAR = `BEGIN; ${[...TOUCHED, ...TABLES].map((table) => `DELETE FROM ${table};`).join(' ')} COMMIT`

export interface Ledger {
  readonly db: Database
  readonly clock: TestClock
  /** An operator with the default policy. */
  readonly context: Context
  /** The same with another actor, policy or database. */
  contextOf(changes: Partial<Context>): Context
  /** Closes the database and opens it again, as a restart does. */
  reopen(): Promise<void>
  /** One more instance on the same database, as another server; it ends with the suite. */
  another(): Promise<Database>
  /** A statement typed by hand, past the ledger. */
  sql(text: string, parameters?: readonly unknown[]): Promise<Row[]>
}

/** Runs a suite on both databases. `open` gives the suite's ledger, emptied, at the same instant each time. */
export function forEachDialect(name: string, suite: (open: () => Promise<Ledger>, dialect: DialectName) => void): void {
  describe.each(DIALECTS)(`${name}, on %s`, (dialect) => {
    suite(ledgerOn(dialect), dialect)
  })
}

/** A ledger for the tests of the suite around it. */
export function ledgerOn(dialect: DialectName): () => Promise<Ledger> {
  let ledger: OpenLedger | undefined
  beforeAll(async () => {
    ledger = await startLedger(dialect)
  })
  afterAll(() => ledger?.stop())
  return async () => {
    if (!ledger) throw new Error('open() is for tests, not for the suite around them')
    await ledger.clear()
    return ledger
  }
}

interface OpenLedger extends Ledger {
  clear(): Promise<void>
  stop(): Promise<void>
}

async function startLedger(dialect: DialectName): Promise<OpenLedger> {
  const place = await makeDatabase(dialect)
  await migrate(place.url)
  const clock = createClock()
  let db = await openDatabase(place.url, clock)
  const others: Database[] = []
  const byHand = connectByHand(dialect, place.url)
  const contextOf = (changes: Partial<Context>) => ({ db, actor: OPERATOR, policy: POLICY, ...changes })
  return {
    get db() {
      return db
    },
    clock,
    get context() {
      return contextOf({})
    },
    contextOf,
    async reopen() {
      await db.close()
      db = await openDatabase(place.url, clock)
    },
    async another() {
      const other = await openDatabase(place.url, clock)
      others.push(other)
      return other
    },
    sql: byHand.sql,
    async clear() {
      clock.set(START_MS)
      await byHand.sql(CLEAR)
    },
    async stop() {
      for (const one of [db, ...others]) await one.close()
      await byHand.close()
      await place.remove()
    },
  }
}

export interface Place {
  readonly url: string
  remove(): Promise<void>
}

/** An empty database that nobody else uses. */
export async function makeDatabase(dialect: DialectName): Promise<Place> {
  if (dialect === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-ledger-'))
    return {
      url: `file:${join(folder, 'rollcall.db')}`,
      remove: async () => removeFolder(folder),
    }
  }
  const server = process.env.TEST_POSTGRES_URL ?? ''
  const name = `ledger_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  const url = await createDatabase(server, name)
  // Tests that pull the plug have databases of their own; here nobody needs to wait for the disk.
  await administer(server, `ALTER DATABASE ${name} SET synchronous_commit = off`)
  return { url, remove: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function administer(server: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** A connection of one's own, as a person has with psql or the sqlite3 shell. */
export function connectByHand(dialect: DialectName, url: string) {
  if (dialect === 'sqlite') {
    const connection = connectSqlite(url)
    return {
      async sql(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
        // Without parameters the shell takes several statements, and those that give no rows.
        if (parameters.length === 0 && !/^\s*(SELECT|EXPLAIN|PRAGMA)/i.test(text)) {
          connection.exec(text)
          return []
        }
        return connection.prepare(text.replaceAll(/\$(\d+)/g, '?$1')).all([...parameters]) as Row[]
      },
      async close() {
        connection.close()
      },
    }
  }
  const pool = new pg.Pool({ ...poolOptions(url), max: 1 })
  pool.on('error', () => {})
  return {
    sql: async (text: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
      (await pool.query<Row>(text, [...parameters])).rows,
    close: () => pool.end(),
  }
}

/** Every row of a table, whole. */
export async function rowsOf({ sql }: Pick<Ledger, 'sql'>, table: Table | (typeof TOUCHED)[number]): Promise<Row[]> {
  return sql(`SELECT * FROM ${table} ORDER BY 1, 2`)
}

/** All rows of these tables, to be compared before and after. By default everything that holds work; not its history. */
export async function snapshot(
  ledger: Pick<Ledger, 'sql'>,
  tables: readonly Table[] = ['task_history', 'task_attempts', 'workers', 'sessions', 'task_output', 'incidents'],
): Promise<Record<string, Row[]>> {
  const entries: [string, Row[]][] = []
  for (const table of tables) entries.push([table, await rowsOf(ledger, table)])
  return Object.fromEntries(entries)
}
