/** The migrations that this program knows, and which of them a database still needs. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TaskError } from '#lib/task/errors.ts'

export interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** Throws where the database was brought further by a newer version, or a migration was changed. */
export function pendingOf(
  migrations: readonly Migration[],
  applied: readonly { name: string; checksum: string }[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    const migration = known.get(name)
    if (!migration) {
      throw new TaskError(
        'unavailable',
        `the database is newer than this program: it has the migration ${name}, which this version does not know. Start the newer version, or restore a backup made before it`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new TaskError(
        'unavailable',
        `the migration ${name} was changed after it was applied: restore its file, or use a fresh database`,
      )
    }
  }
  const done = new Set(applied.map(({ name }) => name))
  return migrations.filter(({ name }) => !done.has(name))
}
