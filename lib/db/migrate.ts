/**
 * Applies the migrations of prisma/<provider>/migrations in order and records them in Prisma's own table, so that
 * Prisma's tools read the same history. Each runs in one transaction: it is there whole or not at all. Instances that
 * boot together wait for each other.
 */
import { join } from 'node:path'
import pg from 'pg'
import { v7 } from 'uuid'
import { unreachable } from './connect-postgresql.ts'
import { connectSqlite } from './connect-sqlite.ts'
import { moveEra } from './era.ts'
import { type Migration, pendingOf, readMigrations } from './migrations.ts'
import { providerOf } from './provider.ts'

const ADVISORY_LOCK = 7_265_002_611

const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" %TIME%, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" %TIME%, "started_at" %TIME% NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

/** Brings the database to this program's schema; answers the names it applied. */
export async function migrate(url: string, folder = join(process.cwd(), 'prisma')): Promise<string[]> {
  const provider = providerOf(url)
  const migrations = readMigrations(join(folder, provider, 'migrations'))
  return provider === 'sqlite' ? migrateSqlite(url, migrations) : migratePostgresql(url, migrations)
}

function migrateSqlite(url: string, migrations: readonly Migration[]): string[] {
  const connection = connectSqlite(url)
  try {
    // A table that is made anew must not take its children along; the keys are checked before the commit instead.
    connection.exec('PRAGMA foreign_keys = OFF')
    // The write lock first: what another process has just applied is then seen, and not applied again.
    connection.exec('BEGIN IMMEDIATE')
    connection.exec(HISTORY_TABLE.replaceAll('%TIME%', 'DATETIME'))
    const applied = connection.prepare('SELECT migration_name AS name, checksum FROM _prisma_migrations').all([])
    const pending = pendingOf(migrations, applied as { name: string; checksum: string }[])
    for (const { name, sql, checksum } of pending) {
      connection.exec(sql)
      connection
        .prepare(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
          VALUES (?1, ?2, ?3, CURRENT_TIMESTAMP, 1)`)
        .run([v7(), checksum, name])
    }
    const broken = connection.prepare('PRAGMA foreign_key_check').all([])
    if (broken.length > 0) throw new Error(`${broken.length} rows have lost the row that they belong to`)
    connection.exec('COMMIT')
    return pending.map(({ name }) => name)
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw error
  } finally {
    connection.close()
  }
}

async function migratePostgresql(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' })
  // A connection that breaks tells its query; without a listener it would end the process as well.
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw unreachable(url, error)
  })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK])
    await client.query(HISTORY_TABLE.replaceAll('%TIME%', 'TIMESTAMPTZ'))
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'SELECT migration_name AS name, checksum FROM _prisma_migrations',
    )
    const pending = pendingOf(migrations, rows)
    for (const { name, sql, checksum } of pending) {
      await client.query('BEGIN')
      await client.query(sql)
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
          VALUES ($1, $2, $3, now(), 1)`,
        [v7(), checksum, name],
      )
      await client.query('COMMIT')
    }
    await moveEra(client)
    return pending.map(({ name }) => name)
  } finally {
    // Ends the session, and with it the lock and a transaction that failed half way.
    await client.end()
  }
}
