/**
 * A copy of the SQLite file while a server goes on writing to it.
 *
 * Invariant: a transaction that reads stays open from before the first byte is copied, so nothing that the copy still
 * lacks is taken out of the log; and the log is copied while nobody can write. So the copy holds every write that was
 * answered before `asOf`, and the writer waits for the copy of its log alone.
 */
import { execFile } from 'node:child_process'
import { closeSync, copyFileSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import Libsql from 'libsql'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import { placeAt, syncFile } from './durable-file.ts'
import type { Migration } from './migrations.ts'
import { type Verified, verify } from './verify.ts'

export interface Backup extends Verified {
  readonly file: string
  readonly bytes: number
  /** Every write that was answered before this instant is in it. */
  readonly asOf: string
  /** How long the writer had to wait. */
  readonly heldMs: number
}

const LOCK_MS = 10_000
const LOGS = ['-wal', '-shm', '-journal']

export async function backUp(database: string, file: string, migrations: readonly Migration[]): Promise<Backup> {
  if (!existsSync(database)) throw new TaskError('not_found', `there is no database at ${database}`)
  if (existsSync(file)) throw new TaskError('validation', `${file} is there already: choose another name`)
  const partial = `${file}.partial`
  const clear = () => {
    for (const suffix of ['', ...LOGS]) rmSync(partial + suffix, { force: true })
  }
  clear()
  try {
    // Whoever can read the ledger can read the hashes of its tokens.
    for (const suffix of ['', '-wal']) closeSync(openSync(partial + suffix, 'wx', 0o600))
    const held = await copy(database, partial)
    takeInLog(partial)
    const verified = verify(partial, migrations)
    syncFile(partial)
    placeAt(partial, file)
    clear()
    return { file, bytes: statSync(file).size, ...held, ...verified }
  } catch (error) {
    clear()
    throw asUnwritable(file, error)
  }
}

/** What the system, or its cp, says of the place; anything else stays as it is. */
function asUnwritable(file: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error) || isTaskError(error)) return error
  const isSystems = typeof error.code === 'number' || /^E[A-Z]+$/.test(String(error.code))
  if (!isSystems) return error
  const advice = 'name a folder that is there, that this user may write, and that has room for it'
  return new TaskError('validation', `${file} cannot be written (${error.message.trim()}): ${advice}`)
}

async function copy(database: string, partial: string): Promise<Pick<Backup, 'asOf' | 'heldMs'>> {
  const reader = new Libsql(database)
  const writer = new Libsql(database)
  try {
    reader.exec('BEGIN')
    reader.prepare('SELECT COUNT(*) FROM sqlite_master').all()
    // By another process: whichever of ours closed the file would give up the locks that its connections have on it.
    await promisify(execFile)('cp', [database, partial])
    writer.exec(`PRAGMA busy_timeout = ${LOCK_MS}`)
    writer.exec('BEGIN IMMEDIATE')
    const heldAt = performance.now()
    if (existsSync(`${database}-wal`)) copyFileSync(`${database}-wal`, `${partial}-wal`)
    const asOf = new Date().toISOString()
    writer.exec('ROLLBACK')
    return { asOf, heldMs: Math.round(performance.now() - heldAt) }
  } finally {
    writer.close()
    reader.close()
  }
}

/** One file, which needs nothing beside it. */
function takeInLog(partial: string): void {
  const database = new Libsql(partial)
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.exec('PRAGMA journal_mode = DELETE')
  } finally {
    database.close()
  }
}
