/** Saved views as they are read: those of whoever asks, and those that are shared. */
import type { Row } from '#lib/db/types.ts'
import type { Actor, Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import { LIMITS } from '#lib/task/schema.ts'
import type { ListViews, View, ViewFilters } from '#lib/task/view.ts'

/** By name. */
export async function listViews(
  { db, actor }: Context,
  query: ListViews,
): Promise<{ views: View[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [name = '', id = ''] =
    query.cursor === undefined ? [] : decodeCursor('views', query.cursor, ['string', 'string'])
  const rows = await db.read(
    `SELECT v.*, f.view_id AS default_id FROM saved_views AS v
      LEFT JOIN view_defaults AS f ON f.owner = $1 AND f.view_id = v.id
      WHERE (v.owner = $1 OR v.shared) AND (v.name, v.id) > ($2, $3) ORDER BY v.name, v.id LIMIT ${limit + 1}`,
    [ownerOf(actor), name, id],
  )
  const page = pageOf(rows, limit, (row) => encodeCursor('views', [row.name as string, row.id as string]))
  return { views: page.rows.map((row) => toView(row, actor)), nextCursor: page.nextCursor }
}

/** What the list opens with for this actor. */
export async function findDefaultView({ db, actor }: Context): Promise<View | null> {
  const [row] = await db.read(
    `SELECT v.*, f.view_id AS default_id FROM view_defaults AS f JOIN saved_views AS v ON v.id = f.view_id
      WHERE f.owner = $1 AND (v.owner = $1 OR v.shared)`,
    [ownerOf(actor)],
  )
  return row ? toView(row, actor) : null
}

/** Whose a view is: a member's or a token's, who may be called otherwise tomorrow. */
export function ownerOf({ memberId, tokenId, name }: Actor): string {
  if (memberId !== undefined) return `member:${memberId}`
  return tokenId === undefined ? `name:${name}` : `token:${tokenId}`
}

export function toView(row: Row, actor: Actor): View {
  return {
    id: row.id as string,
    name: row.name as string,
    // Checked when it was saved.
    filters: JSON.parse(row.filters as string) as ViewFilters,
    shared: Boolean(row.shared),
    owner: row.owner_name as string,
    mine: row.owner === ownerOf(actor),
    isDefault: (row.default_id ?? null) !== null,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  }
}
