/** Connections to the ledger's SQLite file. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Libsql from 'libsql'
import { TaskError } from '#lib/task/errors.ts'

export type Connection = InstanceType<typeof Libsql>

export function sqlitePath(url: string): string {
  return url.replace(/^file:/, '')
}

/** Opens a connection with the settings that the ledger's promises rest on: WAL, and an fsync a commit. */
export function connectSqlite(url: string): Connection {
  const path = sqlitePath(url)
  try {
    mkdirSync(dirname(path), { recursive: true })
    const connection = new Libsql(path)
    connection.exec('PRAGMA busy_timeout = 5000')
    connection.exec('PRAGMA journal_mode = WAL')
    connection.exec('PRAGMA synchronous = FULL')
    connection.exec('PRAGMA foreign_keys = ON')
    return connection
  } catch (error) {
    throw new TaskError(
      'unavailable',
      `the database file ${path} cannot be opened for writing (${message(error)}): check its permissions and that it is a SQLite file, or set DATABASE_URL to another place`,
    )
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
