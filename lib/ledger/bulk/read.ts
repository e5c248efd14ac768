/** Reads of bulk acts, newest first, and of what became of their tasks. */

import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import type { ListPage } from '#lib/task/commands.ts'
import type { ErrorCode } from '#lib/task/errors.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { ListOperationItems } from '#lib/task/operation-commands.ts'
import { type BulkOperation, type LeftAlone, LIMITS, type OperationItem } from '#lib/task/schema.ts'
import { toItem, toOperation } from './rows.ts'

type Reader = Pick<Context, 'db'>

export async function listOperations(
  { db }: Reader,
  query: ListPage,
): Promise<{ operations: BulkOperation[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const after = query.cursor === undefined ? [] : decodeCursor('operations', query.cursor, ['number', 'string'])
  const where = after.length === 0 ? '' : 'WHERE (created_at, id) < ($1, $2)'
  const text = `SELECT * FROM operations ${where} ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`
  const page = pageOf(await db.read(text, after), limit, (row) =>
    encodeCursor('operations', [Number(row.created_at), row.id as string]),
  )
  return { operations: page.rows.map(toOperation), nextCursor: page.nextCursor }
}

export async function getOperation(
  { db }: Reader,
  { operationId }: { operationId: string },
): Promise<{ operation: BulkOperation }> {
  const [[row], left] = await Promise.all([
    db.read('SELECT * FROM operations WHERE id = $1', [operationId]),
    readLeftAlone({ db }, operationId),
  ])
  if (!row) throw new TaskError('not_found', `no operation has the id ${operationId}`, { operationId })
  return { operation: { ...toOperation(row), leftAlone: left } }
}

async function readLeftAlone({ db }: Reader, operationId: string): Promise<LeftAlone[]> {
  const rows = await db.read(
    `SELECT g.result, g.code, g.count, i.task_id, i.detail FROM (SELECT result, code, COUNT(*) AS count, MIN(place) AS place
        FROM operation_items WHERE operation_id = $1 AND result IN ('skipped','failed') GROUP BY result, code) AS g
      JOIN operation_items AS i ON i.operation_id = $1 AND i.place = g.place ORDER BY g.count DESC, g.code`,
    [operationId],
  )
  return rows.map((row) => ({
    result: row.result as LeftAlone['result'],
    code: row.code as ErrorCode,
    count: Number(row.count),
    example: { taskId: row.task_id as string, detail: (row.detail ?? '') as string },
  }))
}

/** In the order in which they are done. */
export async function listOperationItems(
  { db }: Reader,
  query: ListOperationItems,
): Promise<{ items: OperationItem[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [after = 0] = query.cursor === undefined ? [] : decodeCursor('operation items', query.cursor, ['number'])
  const only = query.result === undefined ? '' : 'AND result = $3'
  const rows = await db.read(
    `SELECT * FROM operation_items WHERE operation_id = $1 AND place > $2 ${only} ORDER BY place LIMIT ${limit + 1}`,
    [query.operationId, after, ...(query.result === undefined ? [] : [query.result])],
  )
  if (rows.length === 0) await getOperation({ db }, query)
  const page = pageOf(rows, limit, (row) => encodeCursor('operation items', [Number(row.place)]))
  return { items: page.rows.map(toItem), nextCursor: page.nextCursor }
}
