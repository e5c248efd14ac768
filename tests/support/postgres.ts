/** A real PostgreSQL for the tests. `npm test` starts one for all suites; a file run by hand gets one of its own. */
import * as scripts from '../../scripts/postgres.mjs'

export interface Postgres {
  /** Of a superuser, in a database that nobody else uses. */
  readonly url: string
  stop(): Promise<void>
}

export const startPostgres: () => Promise<Postgres> = scripts.startPostgres

/** Makes an empty database beside the one of `url` and gives its own URL. */
export const createDatabase: (url: string, name: string) => Promise<string> = scripts.createDatabase

/** Vitest calls this once before all files. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_POSTGRES_URL) return undefined
  const postgres = await startPostgres()
  process.env.TEST_POSTGRES_URL = postgres.url
  return () => postgres.stop()
}
