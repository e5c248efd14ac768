/** Connections to the ledger's PostgreSQL. */
import pg from 'pg'
import { TaskError } from '#lib/task/errors.ts'

const CONNECTIONS_MAX = 12
/**
 * Nobody waits for ever: not for a row that somebody else has locked, not for a statement, and a transaction that this
 * process has forgotten lets go of its rows.
 */
const LIMITS = '-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s'

/**
 * Counts and instants are below 2^53, so bigint columns can be plain numbers. JSON stays text, as SQLite gives it: once
 * parsed, a JSON string could not be told from text that is yet to be parsed.
 */
const PARSERS = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.JSONB, String],
])
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** Options of a pool with the settings that the ledger's promises rest on. */
export function poolOptions(url: string): pg.PoolConfig {
  return {
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: 10_000,
    types,
    options: `-c TimeZone=UTC ${LIMITS}`,
  }
}

/** The sentence never shows the password of the URL. */
export function unreachable(url: string, error: unknown): TaskError {
  const where = new URL(url)
  const cause =
    error instanceof Error && error.message !== '' ? error.message : String((error as { code?: unknown }).code)
  return new TaskError(
    'unavailable',
    `PostgreSQL at ${where.hostname}:${where.port || '5432'}${where.pathname} cannot be used (${cause}): start it or correct DATABASE_URL`,
  )
}
