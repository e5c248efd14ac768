/**
 * Puts a backup in the place of the SQLite file.
 *
 * Invariant: at every moment the place holds a whole ledger, the former one or the backup; the former one is kept. Nobody
 * else has the file open: what a server still wrote would be written to a file that no longer counts.
 */
import { execFile } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import Libsql from 'libsql'
import { TaskError } from '#lib/task/errors.ts'
import { placeAt, syncFile } from './durable-file.ts'
import type { Migration } from './migrations.ts'
import { type Verified, verify } from './verify.ts'

export interface Restored extends Verified {
  readonly database: string
  /** Where the former file is now; null when there was none. */
  readonly replaced: string | null
}

export async function restore(file: string, database: string, migrations: readonly Migration[]): Promise<Restored> {
  const verified = verify(file, migrations)
  mkdirSync(dirname(database), { recursive: true })
  const made = `${database}.restoring`
  rmSync(made, { force: true })
  try {
    closeSync(openSync(made, 'wx', 0o600))
    await promisify(execFile)('cp', [file, made])
    syncFile(made)
    verify(made, migrations)
    const replaced = existsSync(database) ? setAside(database, made) : null
    if (replaced === null) placeAt(made, database)
    const after = verify(database, migrations)
    if (JSON.stringify(after) !== JSON.stringify(verified))
      throw new TaskError('internal', `${database} does not hold what ${file} holds`)
    return { database, replaced, ...after }
  } finally {
    rmSync(made, { force: true })
  }
}

/** The two change places while the former one is locked, so that no server can begin in between. */
function setAside(database: string, made: string): string {
  const replaced = `${database}.replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  const lock = holdAlone(database)
  try {
    renameSync(database, replaced)
    if (!lock)
      for (const log of ['-wal', '-shm'].filter((suffix) => existsSync(database + suffix)))
        renameSync(database + log, replaced + log)
    placeAt(made, database)
  } finally {
    lock?.close()
  }
  return replaced
}

/** Undefined for a file that is too damaged to be locked, and that nobody has open. */
function holdAlone(database: string): Libsql.Database | undefined {
  const connection = new Libsql(database)
  try {
    connection.exec('PRAGMA busy_timeout = 1000')
    // Takes in the log, and can be done by nobody but the only one who has the file open.
    const [mode] = connection.prepare('PRAGMA journal_mode = DELETE').all()
    if (JSON.stringify(mode) !== '{"journal_mode":"delete"}') throw inUse(database)
    connection.exec('BEGIN EXCLUSIVE')
    return connection
  } catch (error) {
    connection.close()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) throw inUse(database)
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(code)) throw error
    if (isOpenElsewhere(database)) throw inUse(database)
    return undefined
  }
}

/** As far as this user may look, and where the system has /proc. */
function isOpenElsewhere(database: string): boolean {
  const path = resolve(database)
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids.some((pid) => pid !== String(process.pid) && filesOf(pid).includes(path))
}

function filesOf(pid: string): string[] {
  try {
    const folder = join('/proc', pid, 'fd')
    return readdirSync(folder).map((name) => readlinkSync(join(folder, name)))
  } catch {
    return []
  }
}

function inUse(database: string): TaskError {
  return new TaskError('lease_conflict', `${database} is in use: stop the server that has it open, then restore`, {
    database,
  })
}
