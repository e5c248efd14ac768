/** A real PostgreSQL for the tests. `npm test` starts one for all suites; a file run by hand gets one of its own. */
import * as scripts from '../../scripts/postgres.mjs'
import * as programs from '../../scripts/postgres-programs.mjs'

export interface Postgres {
  /** Of a superuser, in a database that nobody else uses. */
  readonly url: string
  stop(): Promise<void>
}

/** `programs` is a folder of others than usual. */
export const startPostgres: (programs?: string) => Promise<Postgres> = scripts.startPostgres

/** The folder of those that a Debian package has installed, with pg_dump and pg_restore. */
export const installedPrograms: () => string | undefined = programs.installedPrograms

/** Makes an empty database beside the one of `url` and gives its own URL. */
export const createDatabase: (url: string, name: string) => Promise<string> = scripts.createDatabase

/** Vitest calls this once before all files. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_POSTGRES_URL) return undefined
  const postgres = await startPostgres()
  process.env.TEST_POSTGRES_URL = postgres.url
  return () => postgres.stop()
}
