/**
 * A lock on a folder that ends with its process. Node has none; SQLite takes one from the system for a transaction, and
 * a transaction that writes nothing costs nothing. Unlike a look at process ids it holds across containers too.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Lock {
  release(): void
}

/** Undefined when another process has it, or when there is no such folder. */
export async function lock(folder: string): Promise<Lock | undefined> {
  const { default: Driver } = await import('libsql')
  if (!existsSync(folder)) return undefined
  let database: InstanceType<typeof Driver> | undefined
  try {
    database = new Driver(join(folder, 'owner.lock'))
    database.exec('PRAGMA busy_timeout = 0')
    // A journal in memory leaves no second file behind.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (isTaken(error)) return undefined
    throw error
  }
  const held = database
  return {
    release() {
      if (held.inTransaction) held.exec('ROLLBACK')
      held.close()
    },
  }
}

/** Locked by its owner, or removed by it just now. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(BUSY|CANTOPEN)/.test(String(error.code))
}
