/**
 * Tokens of programs. Only hashes are kept. A token that takes another's place is of the same family, and a worker
 * belongs to the family whose token registered it: it goes on under the new one.
 */
import { run, statement } from '#lib/db/statement.ts'
import type { Row } from '#lib/db/types.ts'
import type { Context } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { CreateToken, RevokeToken, RotateToken } from '#lib/task/access-commands.ts'
import type { ListPage } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { ACCESS_LIMITS, type Role, type Token } from '#lib/task/schema.ts'
import type { Minted } from './links.ts'
import { readPage } from './page.ts'
import { toToken } from './rows.ts'
import { dropSignInsOfToken } from './sign-ins.ts'

const TOUCH_MS = 60_000
const ENVIRONMENT_TOKEN_ID = 'environment'

const COLUMNS = 'id, name, role, created_by, created_at, expires_at, last_used_at, replaced_by, revoked_at'

const insert = statement(
  'insertTokens',
  (d) => `INSERT INTO tokens (id, name, role, hash, family_id, created_by, created_at, expires_at)
    SELECT c.id, c.name, c.role, c.hash, c.family_id, c.created_by, c.at, c.expires_at
    FROM ${d.rows('id text, name text, role text, hash text, family_id text, created_by text, at bigint, expires_at bigint')}
    WHERE true RETURNING ${COLUMNS}`,
)

export const createToken = operation<CreateToken & Minted, Token>(
  'createToken',
  ({ id }) => id,
  function* (transaction, requests) {
    const { now } = transaction
    const rows = yield* run(
      insert,
      requests.map(({ context: { actor }, command: { id, hash, name, role, ttlMs } }) => ({
        ...{ id, hash, name, role, family_id: null, created_by: actor.name, at: now },
        expires_at: ttlMs === undefined ? null : now + ttlMs,
      })),
    )
    const tokens = new Map(rows.map((row) => [row.id, toToken(row)]))
    return requests.map(({ command: { id, name, role } }) => {
      const token = tokens.get(id)
      const after = { tokenId: id, name, role, expiresAt: token?.expiresAt ?? null }
      return token ? done(token, { before: null, after }) : refused('unavailable', 'the token could not be written')
    })
  },
)

const lock = statement(
  'lockToken',
  (d) => `SELECT t.* FROM ${d.rows('id text')} JOIN tokens AS t ON t.id = c.id ${d.lock}`,
)
const replace = statement(
  'replaceToken',
  (d) => `UPDATE tokens AS t SET replaced_by = c.successor, expires_at = c.until
    FROM ${d.rows('token_id text, successor text, until bigint')}
    WHERE t.id = c.token_id AND t.revoked_at IS NULL AND t.replaced_by IS NULL RETURNING id`,
)

/** A second token beside the first, which goes on for a grace: no worker has to stop to be given the new one. */
export const rotateToken = operation<RotateToken & Minted, Token>(
  'rotateToken',
  ({ tokenId }) => tokenId,
  function* (transaction, [request]) {
    if (!request) return []
    const { command, context } = request
    const { now } = transaction
    const { id, hash, tokenId, graceMs = ACCESS_LIMITS.graceMs, ttlMs } = command
    const [old] = yield* run(lock, [{ id: tokenId }])
    if (!old) return [missing(tokenId)]
    const refusal = whyNoRotation(old, now)
    if (refusal !== null) return [refused('invalid_transition', refusal, { tokenId })]
    const { name, role } = old
    const of = { name, role, family_id: familyOf(old), created_by: context.actor.name }
    const expires_at = ttlMs === undefined ? null : now + ttlMs
    const [row] = yield* run(insert, [{ id, hash, ...of, at: now, expires_at }])
    const until = Math.min(now + graceMs, Number(old.expires_at ?? Number.MAX_SAFE_INTEGER))
    const replaced = yield* run(replace, [{ token_id: tokenId, successor: id, until }])
    // Thrown, so that the new one is taken back.
    if (!row || replaced.length === 0) throw new TaskError('unavailable', 'the token could not be replaced')
    const before = { expiresAt: instantOrNull(old.expires_at), replacedBy: null }
    return [done(toToken(row), { before, after: { expiresAt: instant(until), replacedBy: id } })]
  },
)

function whyNoRotation(row: Row, now: number): string | null {
  if (row.id === ENVIRONMENT_TOKEN_ID) return 'this token is set by ROLLCALL_ADMIN_TOKEN: change the variable instead'
  if (row.revoked_at !== null) return 'the token is revoked: make a new one'
  if (row.replaced_by !== null) return `the token was rotated already: ${row.replaced_by} took its place`
  if (row.expires_at !== null && Number(row.expires_at) <= now) return 'the token has expired: make a new one'
  return null
}

const revoke = statement(
  'revokeToken',
  (d) => `UPDATE tokens AS t SET revoked_at = c.now FROM ${d.rows('token_id text, now bigint')}
    WHERE t.id = c.token_id AND t.revoked_at IS NULL RETURNING ${COLUMNS}`,
)

/** Ends the token and the browsers that were signed in with it. Revoked twice, it keeps the time of the first. */
export const revokeToken = operation<RevokeToken, Token>(
  'revokeToken',
  ({ tokenId }) => tokenId,
  function* (transaction, [request]) {
    if (!request) return []
    const { tokenId } = request.command
    const [row] = yield* run(revoke, [{ token_id: tokenId, now: transaction.now }])
    yield* dropSignInsOfToken(tokenId)
    if (row) {
      const token = toToken(row)
      return [done(token, { before: { revokedAt: null }, after: { revokedAt: token.revokedAt } })]
    }
    const [known] = yield* run(lock, [{ id: tokenId }])
    return [known ? done(toToken(known)) : missing(tokenId)]
  },
)

function missing(tokenId: string) {
  return refused('not_found', `no token has the id ${tokenId}`, { tokenId })
}

/** Newest first. */
export async function listTokens(
  context: Context,
  query: ListPage,
): Promise<{ tokens: Token[]; nextCursor: string | null }> {
  const list = { name: 'tokens', select: 'SELECT k.* FROM tokens AS k', by: 'k', where: 'k.id = k.id' }
  const { rows, nextCursor } = await readPage(context, list, query)
  return { tokens: rows.map(toToken), nextCursor }
}

export interface Bearer {
  /** The row of the token itself. */
  readonly id: string
  /** What workers belong to: the first token of its line. */
  readonly familyId: string
  readonly name: string
  readonly role: Role
}

/** Whose token this is; null for one that is unknown, revoked or past its end. */
export async function findBearer({ db }: Pick<Context, 'db'>, hash: string): Promise<Bearer | null> {
  const [row] = await db.read('SELECT * FROM tokens WHERE hash = $1 AND revoked_at IS NULL', [hash])
  if (!row) return null
  const now = await db.now()
  if (row.expires_at !== null && Number(row.expires_at) <= now) return null
  const id = row.id as string
  if (row.last_used_at === null || Number(row.last_used_at) + TOUCH_MS <= now) {
    const untouched = [{ lastUsedAt: null }, { lastUsedAt: { lte: BigInt(now - TOUCH_MS) } }]
    await db.records.token.updateMany({ where: { id, OR: untouched }, data: { lastUsedAt: BigInt(now) } })
  }
  return { id, familyId: familyOf(row), name: row.name as string, role: row.role as Role }
}

function familyOf(row: Row): string {
  return (row.family_id ?? row.id) as string
}

/** The admin token of the environment keeps one row, which follows the variable. */
export async function keepEnvironmentToken({ db }: Pick<Context, 'db'>, hash: string): Promise<void> {
  const createdAt = BigInt(await db.now())
  const create = { id: ENVIRONMENT_TOKEN_ID, name: 'admin', role: 'admin', hash, createdAt }
  await db.records.token.deleteMany({ where: { hash, NOT: { id: ENVIRONMENT_TOKEN_ID } } })
  await db.records.token.upsert({ where: { id: ENVIRONMENT_TOKEN_ID }, create, update: { hash, revokedAt: null } })
}
