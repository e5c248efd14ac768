/** Goes along the chain and says where it was broken: by a change, a removal, an insertion, or another order. */
import type { Row } from '#lib/db/types.ts'
import { GENESIS, hashOf, type Link } from '#lib/ledger/core/audit-chain.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import type { AuditFault, AuditVerification, VerifyAudit } from '#lib/task/audit.ts'

const STEP = 1000
const ENTRIES_DEFAULT = 20_000
const FAULTS_MAX = 100
/** How far from its place an entry is looked for. */
const REACH = 100

type StoredLink = Link & { readonly previous_hash: string; readonly hash: string }

interface Walk {
  /** Where the next entry is to stand, and what it is to name. */
  readonly place: number
  readonly hash: string
  /** By how much what follows was moved, as one act of tampering that is told once. */
  readonly shift: number
}

/** One page of the chain. Locks nothing: what is appended meanwhile is a part of the next page. */
export async function verifyAudit(context: Pick<Context, 'db'>, query: VerifyAudit): Promise<AuditVerification> {
  const limit = query.limit ?? ENTRIES_DEFAULT
  const head = await readHead(context)
  const from = head.prunedSeq + 1
  const after = Math.max(query.after ?? 0, head.prunedSeq)
  const faults: AuditFault[] = []
  let walk: Walk = { place: after + 1, hash: await hashAt(context, after, head), shift: 0 }
  let checked = 0
  for (let more = true; more && checked < limit; ) {
    const rows = await readLinks(context, walk.place - 1, Math.min(STEP, limit - checked))
    for (const row of rows) walk = judge(walk, row, faults)
    checked += rows.length
    more = rows.length > 0
  }
  const last = walk.place - 1
  const isEnd = (await readLinks(context, last, 1)).length === 0
  if (isEnd) judgeHead(walk, await readHead(context), faults)
  if (query.expect !== undefined) await judgeAnchor(context, query.expect, head, faults)
  return {
    ok: faults.length === 0,
    checked,
    from,
    faults: faults.slice(0, FAULTS_MAX),
    head: { seq: head.seq, hash: head.hash },
    next: isEnd ? null : last,
  }
}

function judge(walk: Walk, row: StoredLink, faults: AuditFault[]): Walk {
  const { seq } = row
  const tell = (kind: AuditFault['kind'], detail: string) => faults.push({ seq, kind, detail })
  if (seq > walk.place) tell('removed', `${named(walk.place, seq - 1)} no longer there`)
  const following = { place: seq + 1, hash: row.hash, shift: walk.shift }
  const place = placeOf(row, walk.shift)
  if (place === null) {
    tell('changed', `entry ${seq} is not what was written`)
    return following
  }
  const shift = seq - place
  if (shift !== walk.shift) tell(...movedBy(shift - walk.shift, seq, place))
  // After a removal or a move the predecessor is another one for that reason, which is told already.
  else if (seq === walk.place && row.previous_hash !== walk.hash) {
    tell('inserted', `entry ${seq} does not follow entry ${seq - 1}: one of the two was put in its place`)
  }
  return { ...following, shift }
}

function movedBy(by: number, seq: number, place: number): [AuditFault['kind'], string] {
  if (by === 1) return ['inserted', `entry ${seq - 1} was inserted: what follows it was moved by one`]
  return ['moved', `entry ${seq} was written as entry ${place}`]
}

/** The place that the hash of an entry was made with; null when there is none near. */
function placeOf(row: StoredLink, shift: number): number | null {
  const isOf = (place: number) => hashOf({ ...row, seq: place }, row.previous_hash) === row.hash
  if (isOf(row.seq - shift)) return row.seq - shift
  if (isOf(row.seq)) return row.seq
  for (let distance = 1; distance <= REACH; distance += 1) {
    for (const place of [row.seq - distance, row.seq + distance]) if (place > 0 && isOf(place)) return place
  }
  return null
}

function named(from: number, to: number): string {
  return from === to ? `entry ${from} is` : `entries ${from} to ${to} are`
}

function judgeHead({ place, hash }: Walk, head: Head, faults: AuditFault[]): void {
  const last = place - 1
  if (last < head.seq)
    faults.push({ seq: head.seq, kind: 'removed', detail: `${named(place, head.seq)} no longer there` })
  else if (last > head.seq) {
    faults.push({
      seq: last,
      kind: 'inserted',
      detail: `${named(head.seq + 1, last)} not of the chain, which ends before`,
    })
  } else if (hash !== head.hash) {
    faults.push({ seq: last, kind: 'head', detail: `the chain ends with another hash than its head tells` })
  }
}

async function judgeAnchor(context: Pick<Context, 'db'>, expect: string, head: Head, faults: AuditFault[]) {
  const [place = '', hash] = expect.split(':')
  const seq = Number(place)
  if (seq < head.prunedSeq) return
  if (seq <= head.seq && (await hashAt(context, seq, head)) === hash) return
  faults.push({ seq, kind: 'head', detail: `entry ${seq} has not the hash that was noted: the log was made anew` })
}

interface Head {
  readonly seq: number
  readonly hash: string
  readonly prunedSeq: number
  readonly prunedHash: string
}

async function readHead({ db }: Pick<Context, 'db'>): Promise<Head> {
  const [row] = await db.read('SELECT seq, hash, pruned_seq, pruned_hash FROM audit_head')
  if (!row) return { seq: 0, hash: GENESIS, prunedSeq: 0, prunedHash: GENESIS }
  const { seq, hash, pruned_seq, pruned_hash } = row
  return { seq: Number(seq), hash: String(hash), prunedSeq: Number(pruned_seq), prunedHash: String(pruned_hash) }
}

async function hashAt({ db }: Pick<Context, 'db'>, seq: number, head: Head): Promise<string> {
  if (seq <= head.prunedSeq) return head.prunedHash
  const [row] = await db.read('SELECT hash FROM audit_log WHERE seq = $1', [seq])
  return row ? String(row.hash) : ''
}

async function readLinks({ db }: Pick<Context, 'db'>, after: number, limit: number): Promise<StoredLink[]> {
  const rows: Row[] = await db.read(`SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT ${limit}`, [after])
  // The columns are the table's.
  return rows.map((row) => ({ ...row, seq: Number(row.seq), at: Number(row.at) }) as StoredLink)
}
