/** What the command does on a host of the server. */
import { join } from 'node:path'
import type { ServerSide } from '#lib/cli/server-side.ts'
import { backUp } from '#lib/db/backup.ts'
import { sqlitePath } from '#lib/db/connect-sqlite.ts'
import { readMigrations } from '#lib/db/migrations.ts'
import { restore } from '#lib/db/restore.ts'
import { readEnv } from '#lib/env.ts'
import { TaskError } from '#lib/task/errors.ts'
import { checkConfig } from './check-config.ts'

/** Beside the folder of the bundle. */
const MIGRATIONS = join(import.meta.dirname, '../prisma/sqlite/migrations')

export function createServerSide(migrationsFolder = MIGRATIONS): ServerSide {
  return {
    checkConfig: () => checkConfig(),
    backUp: async (file) => await backUp(databasePath(), file, readMigrations(migrationsFolder)),
    restore: async (file) => await restore(file, databasePath(), readMigrations(migrationsFolder)),
  }
}

function databasePath(): string {
  const { databaseUrl } = readEnv()
  if (databaseUrl.startsWith('file:')) return sqlitePath(databaseUrl)
  throw new TaskError(
    'validation',
    'DATABASE_URL names PostgreSQL: use pg_dump and pg_restore, as docs/operations.md shows',
  )
}
