/**
 * The only writer of the audit log. Invariant: an entry's place and hash follow from the head, which is locked from
 * before they are made until the commit; so it is appended last in its transaction, and nothing waits for it for long.
 */
import { run, statement, storable } from '#lib/db/statement.ts'
import type { Change, Plan, Transaction } from '#lib/db/types.ts'
import type { AuditEntry, AuditWay } from '#lib/task/audit.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import { canonicalJson, GENESIS, hashOf, type Link } from './audit-chain.ts'
import type { Actor } from './context.ts'

export interface NewAuditEntry {
  readonly actor: Actor
  readonly via: AuditWay
  readonly action: string
  readonly target?: { readonly kind: string; readonly id: string } | null | undefined
  readonly change?: Change | undefined
  readonly reason?: string | null | undefined
  readonly requestId?: string | null | undefined
  /** `done` unless it says otherwise. */
  readonly result?: AuditEntry['result'] | undefined
  readonly detail?: string | null | undefined
}

const TEXT_MAX = 2000

const makeHead = statement(
  'makeAuditHead',
  (d) => `INSERT INTO audit_head (id, seq, hash, pruned_hash) SELECT 1, 0, c.hash, c.hash FROM ${d.rows('hash text')}
    WHERE true ON CONFLICT (id) DO NOTHING`,
)
const lockHead = statement('lockAuditHead', (d) => `SELECT t.* FROM audit_head AS t ${d.lock}`)
const moveHead = statement(
  'moveAuditHead',
  (d) => `UPDATE audit_head AS t SET seq = c.seq, hash = c.hash FROM ${d.rows('seq bigint, hash text, was bigint')}
    WHERE t.seq = c.was`,
)
const insertEntries = statement(
  'insertAuditEntries',
  (
    d,
  ) => `INSERT INTO audit_log (seq, at, actor_kind, actor_name, actor_role, actor_id, via, action, target_kind, target_id,
      "before", "after", reason, request_id, result, detail, previous_hash, hash)
    SELECT c.seq, c.at, c.actor_kind, c.actor_name, c.actor_role, c.actor_id, c.via, c.action, c.target_kind, c.target_id,
      c.before_json, c.after_json, c.reason, c.request_id, c.result, c.detail, c.previous_hash, c.hash
    FROM ${d.rows(`seq bigint, at bigint, actor_kind text, actor_name text, actor_role text, actor_id text, via text,
      action text, target_kind text, target_id text, before_json text, after_json text, reason text, request_id text,
      result text, detail text, previous_hash text, hash text`)}`,
)

/** Chains the entries to the log. To be the last thing that a transaction does. */
export function* appendAudit(transaction: Transaction, entries: readonly NewAuditEntry[]): Plan<void> {
  if (entries.length === 0) return
  const head = yield* lockAuditHead()
  let { seq, hash } = head
  const links = entries.map((entry) => {
    seq += 1
    const previousHash = hash
    const link = linkOf(entry, seq, transaction.now)
    hash = hashOf(link, previousHash)
    const { before, after, ...columns } = link
    return { ...columns, before_json: before, after_json: after, previous_hash: previousHash, hash }
  })
  yield* run(insertEntries, links)
  yield* run(moveHead, [{ seq, hash, was: head.seq }])
}

export interface AuditHead {
  readonly seq: number
  readonly hash: string
  readonly prunedSeq: number
  readonly prunedHash: string
}

/** Where the chain ends, kept as it is until the commit. */
export function* lockAuditHead(): Plan<AuditHead> {
  const found = yield* run(lockHead, [{}])
  if (found.length === 0) yield* run(makeHead, [{ hash: GENESIS }])
  const [row] = found.length > 0 ? found : yield* run(lockHead, [{}])
  if (!row) throw new Error('the audit log has no head')
  return {
    seq: Number(row.seq),
    hash: String(row.hash),
    prunedSeq: Number(row.pruned_seq),
    prunedHash: String(row.pruned_hash),
  }
}

function linkOf(entry: NewAuditEntry, seq: number, at: number): Link {
  return {
    seq,
    at,
    actor_kind: entry.actor.kind,
    actor_name: cut(entry.actor.name),
    actor_role: entry.actor.role,
    actor_id: entry.actor.tokenId ?? entry.actor.memberId ?? null,
    via: entry.via,
    action: entry.action,
    target_kind: entry.target?.kind ?? null,
    target_id: entry.target ? cut(entry.target.id) : null,
    before: canonicalJson(entry.change?.before),
    after: canonicalJson(entry.change?.after),
    reason: textOf(entry.reason),
    request_id: entry.requestId ?? null,
    result: entry.result ?? 'done',
    detail: textOf(entry.detail),
  }
}

function textOf(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : cut(maskSecrets(text))
}

/** Cut before it is made storable: half a character at the cut is none. */
function cut(text: string): string {
  return storable(text.slice(0, TEXT_MAX))
}
