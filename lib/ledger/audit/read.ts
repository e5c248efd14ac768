/** Reads the audit log, newest first. */
import type { Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import { instant, json } from '#lib/ledger/core/rows.ts'
import type { AuditEntry, ListAudit } from '#lib/task/audit.ts'
import { LIMITS } from '#lib/task/schema.ts'

/** Entries by their place, so that no page is ever slower than the first. */
export async function listAudit(
  { db }: Pick<Context, 'db'>,
  query: ListAudit,
): Promise<{ entries: AuditEntry[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const { text, values } = filterOf(query)
  const rows = await db.read(`SELECT * FROM audit_log WHERE ${text} ORDER BY seq DESC LIMIT ${limit + 1}`, values)
  const page = pageOf(rows, limit, (row) => encodeCursor('audit', [Number(row.seq)]))
  return { entries: page.rows.map(toAuditEntry), nextCursor: page.nextCursor }
}

function filterOf({ actor, action, target, result, via, since, until, cursor }: ListAudit) {
  const values: (string | number)[] = []
  const given = (value: string | number) => `$${values.push(value)}`
  const [before] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor('audit', cursor, ['number'])
  const parts = [`seq < ${given(before ?? 0)}`]
  if (actor !== undefined) parts.push(`actor_name = ${given(actor)}`)
  if (action !== undefined) parts.push(`action = ${given(action)}`)
  if (target !== undefined) parts.push(`target_id = ${given(target)}`)
  if (via !== undefined) parts.push(`via = ${given(via)}`)
  if (result !== undefined) parts.push(result === 'done' ? `result = 'done'` : `result <> 'done'`)
  if (since !== undefined) parts.push(`at >= ${given(Date.parse(since))}`)
  if (until !== undefined) parts.push(`at < ${given(Date.parse(until))}`)
  return { text: parts.join(' AND '), values }
}

function toAuditEntry(row: Row): AuditEntry {
  const target = row.target_id === null ? null : { kind: String(row.target_kind), id: String(row.target_id) }
  return {
    seq: Number(row.seq),
    at: instant(row.at),
    actor: {
      // CHECKs and their only writer guarantee the words that the casts state.
      kind: row.actor_kind as AuditEntry['actor']['kind'],
      name: String(row.actor_name),
      role: row.actor_role as AuditEntry['actor']['role'],
      id: row.actor_id as string | null,
    },
    via: row.via as AuditEntry['via'],
    action: String(row.action),
    target,
    before: told(row.before),
    after: told(row.after),
    reason: row.reason as string | null,
    requestId: row.request_id as string | null,
    result: row.result as AuditEntry['result'],
    detail: row.detail as string | null,
    previousHash: String(row.previous_hash),
    hash: String(row.hash),
  }
}

/** A row that a hand has spoilt is still to be read; that it was spoilt is what a verification tells. */
function told(text: unknown): unknown {
  try {
    return json(text)
  } catch {
    return String(text)
  }
}
