/**
 * Prisma on the same database, for typed reads of records and for single-statement writes of settings. The ledger's own
 * writes never go through it. It holds no transaction open: on SQLite a writer in the same thread would wait for ever.
 */
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient as PostgresqlClient } from '../../prisma/generated/postgresql/client/client.ts'
import { PrismaClient as SqliteClient } from '../../prisma/generated/sqlite/client/client.ts'
import { poolOptions, unreachable } from './connect-postgresql.ts'
import type { Provider } from './provider.ts'

/** The two clients differ in filters that only PostgreSQL has; the narrower one is the type of both. */
export type Records = SqliteClient

/** As long as the ledger's own connections wait for the file. A statement that gave up would keep its lock until it is collected. */
const SQLITE_WAIT_MS = 5000

export function openRecords(provider: Provider, url: string): Records {
  if (provider === 'sqlite') {
    return new SqliteClient({ adapter: new PrismaLibSql({ url, timeout: SQLITE_WAIT_MS }) })
  }
  const client = new PostgresqlClient({ adapter: new PrismaPg({ ...poolOptions(url), max: 4 }) })
  const telling = client.$extends({
    query: {
      $allOperations: ({ args, query }) =>
        query(args).catch((error: unknown) => {
          throw isOutage(error) ? unreachable(url, new Error(lastLine(error))) : error
        }),
    },
  })
  return telling as unknown as Records
}

/** Prisma's codes for a database that cannot be reached, closes the connection, or gives none in time. */
const OUTAGE = /^(P1001|P1002|P1008|P1017|P2024|P2037)$/

/** A database that is away is no bug, whoever notices it. */
function isOutage(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '')
  return OUTAGE.test(code) || /Connection terminated|terminating connection|not queryable/.test(String(error))
}

/** What comes before it is the query, as Prisma shows it to programmers. */
function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? ''
}
