/**
 * Takes entries away from the beginning of the chain only; the head keeps the hash of the last one that went, so that
 * what is left still follows from something.
 */
import { run, statement } from '#lib/db/statement.ts'
import { appendAudit, lockAuditHead } from '#lib/ledger/core/audit-append.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'

const ENTRIES_MAX = 1000

const readOldEntries = statement(
  'readOldAuditEntries',
  (d) => `SELECT e.seq, e.hash, e.at, c.before FROM ${d.rows('after bigint, before bigint')}
    JOIN audit_log AS e ON e.seq > c.after AND e.seq <= c.after + ${ENTRIES_MAX} ORDER BY e.seq`,
)
const setPruned = statement(
  'setAuditPruned',
  (d) => `UPDATE audit_head AS t SET pruned_seq = c.seq, pruned_hash = c.hash FROM ${d.rows('seq bigint, hash text')}
    WHERE t.pruned_seq < c.seq`,
)
const deleteEntries = statement(
  'deleteAuditEntries',
  (d) => `DELETE FROM audit_log WHERE seq <= (SELECT c.seq FROM ${d.rows('seq bigint')})`,
)

/** Takes one batch of what is older than an instant; answers how many went. That they went is an entry. */
export const pruneAudit = operation<{ readonly before: number }, number>(
  'pruneAudit',
  () => '',
  function* (transaction, [request]) {
    if (!request) return []
    const { before } = request.command
    const head = yield* lockAuditHead()
    const rows = yield* run(readOldEntries, [{ after: head.prunedSeq, before }])
    const kept = rows.findIndex((row) => Number(row.at) >= before || Number(row.seq) >= head.seq)
    // The newest entry stays, or nothing would tell that there was a log.
    const old = kept < 0 ? rows : rows.slice(0, kept)
    const last = old.at(-1)
    if (!last) return [done(0)]
    const checkpoint = { seq: Number(last.seq), hash: String(last.hash) }
    yield* run(setPruned, [checkpoint])
    yield* run(deleteEntries, [checkpoint])
    const change = { before: null, after: { ...checkpoint, entries: old.length } }
    const { actor } = request.context
    yield* appendAudit(transaction, [{ actor, via: 'system', action: 'pruneAudit', change }])
    return [done(old.length)]
  },
)
