import { TaskError } from '#lib/task/errors.ts'
import { openPostgresql } from './open-postgresql.ts'
import { openSqlite } from './open-sqlite.ts'
import type { Clock, Database, OnRound } from './types.ts'

export type Provider = 'sqlite' | 'postgresql'

export function providerOf(url: string): Provider {
  if (url.startsWith('file:')) return 'sqlite'
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgresql'
  throw new TaskError(
    'validation',
    `DATABASE_URL is neither file:<path> nor postgresql://…: it begins with "${url.slice(0, 12)}"`,
  )
}

/** Opens the database that the URL names. A clock is for tests: without one, the database's own decides. */
export async function openDatabase(url: string, clock?: Clock, onRound?: OnRound): Promise<Database> {
  return providerOf(url) === 'sqlite' ? openSqlite(url, clock, onRound) : openPostgresql(url, clock, onRound)
}
