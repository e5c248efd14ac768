/** Tells what stands between the program and its database from a bug of the program's own. */
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import { unreachable } from './connect-postgresql.ts'
import { sqlitePath } from './connect-sqlite.ts'
import { providerOf } from './provider.ts'

/** A file that may not be written, is damaged, has no room, or is held by somebody else. */
const OF_SQLITE = /^SQLITE_(PERM|BUSY|LOCKED|READONLY|IOERR|CORRUPT|FULL|CANTOPEN|NOTADB)/
/** A role without rights, a copy that is read only, no room or no connection left, an end by an operator. */
const OF_POSTGRESQL = /^(42501|25006|28|53|57P|58)/

/** The same error as one sentence that says what to do about the database; a bug stays as it is. */
export function asUnusable(url: string, error: unknown): unknown {
  if (isTaskError(error)) return error
  const code = String((error as { code?: unknown }).code ?? '')
  if (providerOf(url) === 'postgresql') return OF_POSTGRESQL.test(code) ? unreachable(url, error) : error
  if (!OF_SQLITE.test(code)) return error
  return new TaskError(
    'unavailable',
    `the database file ${sqlitePath(url)} cannot be used (${error instanceof Error ? error.message : code}): check its permissions and its disk, restore it if it is damaged, or set DATABASE_URL to another place`,
  )
}
