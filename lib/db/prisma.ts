/**
 * Prisma on the same database, for typed reads of records and for single-statement writes of settings. The ledger's own
 * writes never go through it. It holds no transaction open: on SQLite a writer in the same thread would wait for ever.
 */
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient as PostgresqlClient } from '../../prisma/generated/postgresql/client/client.ts'
import { PrismaClient as SqliteClient } from '../../prisma/generated/sqlite/client/client.ts'
import type { Provider } from './open.ts'
import { poolOptions } from './open-postgresql.ts'

/** The two clients differ in filters that only PostgreSQL has; the narrower one is the type of both. */
export type Records = SqliteClient

export function openRecords(provider: Provider, url: string): Records {
  if (provider === 'sqlite') return new SqliteClient({ adapter: new PrismaLibSql({ url }) })
  const client = new PostgresqlClient({ adapter: new PrismaPg({ ...poolOptions(url), max: 4 }) })
  return client as unknown as Records
}
