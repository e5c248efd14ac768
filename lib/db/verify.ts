/** Whether a SQLite file is a whole ledger that this program can serve, and what is in it. */
import Libsql from 'libsql'
import { TaskError } from '#lib/task/errors.ts'
import { type Migration, pendingOf } from './migrations.ts'

const COUNTED = { tasks: 'task_history', attempts: 'task_attempts', events: 'task_events', workers: 'workers' } as const

export interface Verified {
  readonly counts: Readonly<Record<keyof typeof COUNTED, number>>
  /** The newest migration in it. */
  readonly migration: string
  /** Those that the next start of this program applies. */
  readonly pending: readonly string[]
}

/** Reads all of it, changes nothing. */
export function verify(path: string, migrations: readonly Migration[]): Verified {
  const database = open(path)
  try {
    const rows = (text: string) => database.prepare(text).all() as Record<string, unknown>[]
    const found = rows('PRAGMA integrity_check').map((row) => String(row.integrity_check))
    if (found.join() !== 'ok') throw unusable(path, `it is damaged: ${found.slice(0, 3).join('; ')}`)
    const orphans = rows('PRAGMA foreign_key_check').length
    if (orphans > 0) throw unusable(path, `${orphans} rows have lost the row that they belong to`)
    const applied = rows('SELECT migration_name AS name, checksum FROM _prisma_migrations ORDER BY migration_name')
    const known = applied.map(({ name, checksum }) => ({ name: String(name), checksum: String(checksum) }))
    const pending = pendingOf(migrations, known).map(({ name }) => name)
    const counted = Object.entries(COUNTED).map(([name, table]) => [
      name,
      count(rows(`SELECT COUNT(*) AS n FROM ${table}`)),
    ])
    // One entry for each name of COUNTED.
    return {
      counts: Object.fromEntries(counted) as Verified['counts'],
      migration: known.at(-1)?.name ?? 'none',
      pending,
    }
  } catch (error) {
    if (error instanceof TaskError) throw error
    throw unusable(path, error instanceof Error ? error.message : String(error))
  } finally {
    database.close()
  }
}

function open(path: string) {
  try {
    return new Libsql(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error))
  }
}

function count([row]: readonly Record<string, unknown>[]): number {
  return Number(row?.n ?? 0)
}

function unusable(path: string, met: string): TaskError {
  return new TaskError('validation', `${path} is no ledger that can be used: ${met}`, { path })
}
