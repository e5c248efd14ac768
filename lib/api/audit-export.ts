/** The audit log as a file, page by page, newest first. */
import { type Context, listAudit } from '#lib/ledger/index.ts'
import type { AuditEntry, ListAudit } from '#lib/task/audit.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { lineOf } from './export.ts'

/** More than this is a question for the database, not for a browser. */
const ENTRIES_MAX = 100_000

const COLUMNS: readonly (readonly [string, (entry: AuditEntry) => string | number | null | undefined])[] = [
  ['seq', ({ seq }) => seq],
  ['at', ({ at }) => at],
  ['actor', ({ actor }) => actor.name],
  ['actor_kind', ({ actor }) => actor.kind],
  ['actor_role', ({ actor }) => actor.role],
  ['actor_id', ({ actor }) => actor.id],
  ['via', ({ via }) => via],
  ['action', ({ action }) => action],
  ['target_kind', ({ target }) => target?.kind],
  ['target_id', ({ target }) => target?.id],
  ['before', ({ before }) => textOf(before)],
  ['after', ({ after }) => textOf(after)],
  ['reason', ({ reason }) => reason],
  ['request_id', ({ requestId }) => requestId],
  ['result', ({ result }) => result],
  ['detail', ({ detail }) => detail],
  ['previous_hash', ({ previousHash }) => previousHash],
  ['hash', ({ hash }) => hash],
]

export async function* auditAsCsv(context: Context, query: ListAudit): AsyncGenerator<string> {
  yield lineOf(COLUMNS.map(([name]) => name))
  for await (const entries of pagesOf(context, query)) {
    yield entries.map((entry) => lineOf(COLUMNS.map(([, of]) => of(entry)))).join('')
  }
}

export async function* auditAsJson(context: Context, query: ListAudit): AsyncGenerator<string> {
  yield '{"entries":['
  let first = true
  for await (const entries of pagesOf(context, query)) {
    if (entries.length === 0) continue
    yield `${first ? '' : ','}\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}`
    first = false
  }
  yield ']}\n'
}

async function* pagesOf(context: Context, query: ListAudit): AsyncGenerator<AuditEntry[]> {
  let cursor: string | undefined
  for (let told = 0; told < ENTRIES_MAX; told += LIMITS.page) {
    const page = await listAudit(context, { ...query, limit: LIMITS.page, ...(cursor && { cursor }) })
    yield page.entries
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}

function textOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
