import { openPostgresql } from './open-postgresql.ts'
import { openSqlite } from './open-sqlite.ts'
import { providerOf } from './provider.ts'
import type { Clock, Database, OnRound } from './types.ts'

/** Opens the database that the URL names. A clock is for tests: without one, the database's own decides. */
export async function openDatabase(url: string, clock?: Clock, onRound?: OnRound): Promise<Database> {
  return providerOf(url) === 'sqlite' ? openSqlite(url, clock, onRound) : openPostgresql(url, clock, onRound)
}
