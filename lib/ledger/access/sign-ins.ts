/**
 * Browsers that are signed in. Invariant: a sign-in is valid while its row is there, its end has not come, it was seen
 * within the idle time, and its member or token is still there; the cookie's secret is kept as a hash only.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Row } from '#lib/db/types.ts'
import type { Actor, Context } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import type { EndSignIn, EndSignIns } from '#lib/task/access-commands.ts'
import type { ListPage } from '#lib/task/commands.ts'
import type { Role, SignIn } from '#lib/task/schema.ts'
import { readPage } from './page.ts'

/** Kept to the minute: a write for each request would be one for each heartbeat of an open page. */
const TOUCH_MS = 60_000

export type SignInWay = 'password' | 'token' | 'provider' | 'link'

interface BeginSignIn {
  readonly id: string
  readonly hash: string
  readonly memberId: string | null
  readonly tokenId: string | null
  readonly address: string | null
  readonly agent: string | null
  readonly ttlMs: number
  readonly way: SignInWay
}

const insert = statement(
  'insertSignIns',
  (d) => `INSERT INTO sign_ins (id, hash, member_id, token_id, address, agent, created_at, seen_at, expires_at)
    SELECT c.id, c.hash, c.member_id, c.token_id, c.address, c.agent, c.at, c.at, c.expires_at
    FROM ${d.rows('id text, hash text, member_id text, token_id text, address text, agent text, at bigint, expires_at bigint')}
    WHERE true RETURNING id`,
)
const prune = statement(
  'pruneSignIns',
  (d) => `DELETE FROM sign_ins WHERE id IN (SELECT s.id FROM ${d.rows('now bigint')}
    JOIN sign_ins AS s ON s.expires_at <= c.now LIMIT 1000)`,
)
const touchMember = statement(
  'touchMember',
  (d) => `UPDATE members AS m SET signed_in_at = c.now FROM ${d.rows('id text, now bigint')}
    WHERE m.id = c.id AND m.removed_at IS NULL`,
)

export const beginSignIn = operation<BeginSignIn, null>(
  'signIn',
  ({ id }) => id,
  function* (transaction, requests) {
    const { now } = transaction
    yield* run(prune, [{ now }])
    yield* run(
      insert,
      requests.map(({ command: { id, hash, memberId, tokenId, address, agent, ttlMs } }) => ({
        ...{ id, hash, member_id: memberId, token_id: tokenId, address, agent, at: now, expires_at: now + ttlMs },
      })),
    )
    yield* run(
      touchMember,
      requests.flatMap(({ command: { memberId } }) => (memberId === null ? [] : [{ id: memberId, now }])),
    )
    return requests.map(({ command: { id, way, address } }) =>
      done(null, { before: null, after: { signInId: id, way, address } }),
    )
  },
)

const dropMany = statement(
  'dropSignInsOf',
  (d) => `DELETE FROM sign_ins WHERE id IN (SELECT s.id FROM ${d.rows('member_id text, keep text')}
    JOIN sign_ins AS s ON s.member_id = c.member_id AND (s.id <> c.keep OR c.keep IS NULL)) RETURNING id`,
)

/** All of a member, but for the one to keep. Answers how many. */
export function* dropSignInsOf(memberId: string, keep: string | null): Plan<number> {
  return (yield* run(dropMany, [{ member_id: memberId, keep }])).length
}

const dropOfToken = statement(
  'dropSignInsOfToken',
  (d) => `DELETE FROM sign_ins WHERE id IN (SELECT s.id FROM ${d.rows('token_id text')}
    JOIN sign_ins AS s ON s.token_id = c.token_id) RETURNING id`,
)

export function* dropSignInsOfToken(tokenId: string): Plan<Row[]> {
  return yield* run(dropOfToken, [{ token_id: tokenId }])
}

const dropOne = statement(
  'dropSignIn',
  (d) => `DELETE FROM sign_ins WHERE id IN (SELECT s.id FROM ${d.rows('id text, member_id text')}
    JOIN sign_ins AS s ON s.id = c.id AND (s.member_id = c.member_id OR c.member_id IS NULL)) RETURNING id`,
)

/** `ownerId` bounds it to the sign-ins of one member; an admin ends any. Answers how many there were. */
export const endSignIn = operation<EndSignIn & { readonly ownerId?: string }, number>(
  'endSignIn',
  ({ signInId }) => signInId,
  function* (_transaction, [request]) {
    if (!request) return []
    const { signInId, ownerId = null } = request.command
    const [row] = yield* run(dropOne, [{ id: signInId, member_id: ownerId }])
    if (!row) return [refused('not_found', `no sign-in has the id ${signInId}`, { signInId })]
    return [done(1, { before: { signInId }, after: null })]
  },
)

/** Everywhere at once. Answers how many there were. */
export const endSignIns = operation<EndSignIns & { readonly keep?: string }, number>(
  'endSignIns',
  ({ memberId }) => memberId,
  function* (_transaction, [request]) {
    if (!request) return []
    const { memberId, keep = null } = request.command
    const count = yield* dropSignInsOf(memberId, keep)
    return [
      done(count, { before: { signIns: count + (keep === null ? 0 : 1) }, after: { signIns: keep === null ? 0 : 1 } }),
    ]
  },
)

const SELECT = `SELECT s.*, COALESCE(m.name, k.name) AS name, COALESCE(m.role, k.role) AS role,
    COALESCE(k.family_id, k.id) AS family_id, m.removed_at, k.revoked_at, k.expires_at AS token_expires_at
  FROM sign_ins AS s LEFT JOIN members AS m ON m.id = s.member_id LEFT JOIN tokens AS k ON k.id = s.token_id`

export interface FoundSignIn {
  readonly signIn: SignIn
  readonly actor: Actor
}

/** The valid sign-in of a cookie. */
export async function findSignIn(
  { db }: Pick<Context, 'db'>,
  { hash, idleMs }: { readonly hash: string; readonly idleMs: number },
): Promise<FoundSignIn | null> {
  const [row] = await db.read(`${SELECT} WHERE s.hash = $1`, [hash])
  if (!row || row.removed_at !== null || row.revoked_at !== null) return null
  const now = await db.now()
  const ends = [row.expires_at, Number(row.seen_at) + idleMs, row.token_expires_at ?? Number.MAX_SAFE_INTEGER]
  if (ends.some((end) => Number(end) <= now)) return null
  if (Number(row.seen_at) + TOUCH_MS <= now) {
    const where = { id: row.id as string, seenAt: { lte: BigInt(now - TOUCH_MS) } }
    await db.records.signIn.updateMany({ where, data: { seenAt: BigInt(now) } })
  }
  const signIn = toSignIn(row)
  const { name, role, memberId } = signIn
  const tokenId = row.family_id as string | null
  return { signIn, actor: { kind: 'person', name, role, ...(memberId ? { memberId } : { tokenId: tokenId ?? '' }) } }
}

/** Newest first: of everybody, or of one member. */
export async function listSignIns(
  context: Context,
  query: ListPage & { readonly memberId?: string },
): Promise<{ signIns: SignIn[]; nextCursor: string | null }> {
  const { memberId, ...page } = query
  const now = await context.db.now()
  const where = `m.removed_at IS NULL AND s.expires_at > $1 ${memberId === undefined ? '' : 'AND s.member_id = $2'}`
  const parameters = [now, ...(memberId === undefined ? [] : [memberId])]
  const { rows, nextCursor } = await readPage(
    context,
    { name: 'sign-ins', select: SELECT, by: 's', where, parameters },
    page,
  )
  return { signIns: rows.map(toSignIn), nextCursor }
}

function toSignIn(row: Row): SignIn {
  return {
    id: row.id as string,
    memberId: row.member_id as string | null,
    tokenId: row.token_id as string | null,
    name: row.name as string,
    role: row.role as Role,
    address: row.address as string | null,
    agent: row.agent as string | null,
    createdAt: instant(row.created_at),
    seenAt: instant(row.seen_at),
    expiresAt: instant(row.expires_at),
  }
}
