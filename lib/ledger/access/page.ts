/** Pages of the lists of access: newest first, by the instant at which a row was made and then its id. */
import type { Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { LIMITS } from '#lib/task/schema.ts'

interface List {
  readonly name: string
  readonly select: string
  /** Alias of the table whose created_at and id sort the list. */
  readonly by: string
  readonly where: string
  readonly parameters?: readonly unknown[]
}

export async function readPage(
  { db }: Pick<Context, 'db'>,
  { name, select, by, where, parameters = [] }: List,
  query: ListPage,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [at = Number.MAX_SAFE_INTEGER, id = ''] =
    query.cursor === undefined ? [] : decodeCursor(name, query.cursor, ['number', 'string'])
  const [first, second] = [parameters.length + 1, parameters.length + 2]
  const rows = await db.read(
    `${select} WHERE ${where} AND (${by}.created_at, ${by}.id) < ($${first}, $${second})
      ORDER BY ${by}.created_at DESC, ${by}.id DESC LIMIT ${limit + 1}`,
    [...parameters, at, id],
  )
  return pageOf(rows, limit, (row) => encodeCursor(name, [Number(row.created_at), row.id as string]))
}
