/**
 * What the hash of an entry is made of. The form is fixed for ever: what was written by it is verified by it.
 */
import { createHash } from 'node:crypto'
import { storable } from '#lib/db/statement.ts'

/** The predecessor of the first entry. */
export const GENESIS = '0'.repeat(64)
const FORM = 'rollcall-audit-1'
const JSON_MAX = 4000

export interface Link {
  readonly seq: number
  readonly at: number
  readonly actor_kind: string
  readonly actor_name: string
  readonly actor_role: string
  readonly actor_id: string | null
  readonly via: string
  readonly action: string
  readonly target_kind: string | null
  readonly target_id: string | null
  /** JSON text, hashed as it stands: a database may write JSON of its own in another order. */
  readonly before: string | null
  readonly after: string | null
  readonly reason: string | null
  readonly request_id: string | null
  readonly result: string
  readonly detail: string | null
}

/** SHA-256 over a JSON array: the form, the hash before, and each column in this order. */
export function hashOf(link: Link, previousHash: string): string {
  const fields = [
    ...[FORM, previousHash, Number(link.seq), Number(link.at)],
    ...[link.actor_kind, link.actor_name, link.actor_role, link.actor_id],
    ...[link.via, link.action, link.target_kind, link.target_id],
    ...[link.before, link.after, link.reason, link.request_id, link.result, link.detail],
  ]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

/** Keys in order, and of a bounded length; what is too long is left out whole, and says so. */
export function canonicalJson(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = storable(JSON.stringify(sorted(value)))
  return text.length <= JSON_MAX ? text : JSON.stringify({ leftOut: text.length })
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}
