/** Tokens and browser sessions. Secrets are stored as hashes only; a browser session lives and dies with its token. */
import { createHash, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import type { Database } from '#lib/db/types.ts'
import { decodeCursor, encodeCursor, pageOf } from '#lib/ledger/core/cursor.ts'
import type { Context } from '#lib/ledger/index.ts'
import type { CreateToken, ListPage } from '#lib/task/commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import { LIMITS, type Role, type Token } from '#lib/task/schema.ts'

export const WEB_SESSION_MS = 7 * 24 * 3_600_000
/** The token of the environment keeps one row, whose secret follows the variable. */
const ENVIRONMENT_TOKEN_ID = 'environment'

export interface Bearer {
  readonly tokenId: string
  readonly name: string
  readonly role: Role
}

/** 256 random bits: nothing to guess, so a fast hash is enough. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export function mintSecret(): string {
  return `rc_${randomBytes(32).toString('base64url')}`
}

type Records = Database['records']

export async function createToken(
  { db }: Context,
  { name, role }: CreateToken,
): Promise<{ token: Token; secret: string }> {
  const secret = mintSecret()
  const createdAt = BigInt(await db.now())
  const row = await db.records.token.create({ data: { id: v7(), name, role, hash: hashSecret(secret), createdAt } })
  return { token: toToken(row), secret }
}

export async function listTokens(
  { db }: Context,
  query: ListPage,
): Promise<{ tokens: Token[]; nextCursor: string | null }> {
  const limit = query.limit ?? LIMITS.pageDefault
  const [before] = query.cursor === undefined ? [] : decodeCursor('tokens', query.cursor, ['string'])
  const where = before === undefined ? {} : { id: { lt: String(before) } }
  const rows = await db.records.token.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 })
  const page = pageOf(rows, limit, (row) => encodeCursor('tokens', [row.id]))
  return { tokens: page.rows.map(toToken), nextCursor: page.nextCursor }
}

export async function revokeToken({ db }: Context, { tokenId }: { tokenId: string }): Promise<{ token: Token }> {
  const revokedAt = BigInt(await db.now())
  await db.records.token.updateMany({ where: { id: tokenId, revokedAt: null }, data: { revokedAt } })
  await db.records.webSession.deleteMany({ where: { tokenId } })
  const row = await db.records.token.findUnique({ where: { id: tokenId } })
  if (!row) throw new TaskError('not_found', `no token has the id ${tokenId}`, { tokenId })
  return { token: toToken(row) }
}

/** Whose token this is; null for one that is unknown or revoked. */
export async function findBearer(records: Records, secret: string): Promise<Bearer | null> {
  const row = await records.token.findUnique({ where: { hash: hashSecret(secret) } })
  return row && row.revokedAt === null ? { tokenId: row.id, name: row.name, role: row.role as Role } : null
}

/** Begins a browser session; answers the secret for its cookie. */
export async function beginWebSession(db: Database, bearer: Bearer): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const now = await db.now()
  await db.records.webSession.deleteMany({ where: { expiresAt: { lte: BigInt(now) } } })
  await db.records.webSession.create({
    data: {
      id: hashSecret(secret),
      tokenId: bearer.tokenId,
      createdAt: BigInt(now),
      expiresAt: BigInt(now + WEB_SESSION_MS),
    },
  })
  return secret
}

export async function findWebSession(db: Database, secret: string): Promise<Bearer | null> {
  const row = await db.records.webSession.findUnique({ where: { id: hashSecret(secret) }, include: { token: true } })
  if (!row || row.token.revokedAt !== null || Number(row.expiresAt) <= (await db.now())) return null
  return { tokenId: row.tokenId, name: row.token.name, role: row.token.role as Role }
}

export async function endWebSession(db: Database, secret: string): Promise<void> {
  await db.records.webSession.deleteMany({ where: { id: hashSecret(secret) } })
}

/**
 * Sees to it that an admin can sign in: by the token of the environment where one is set, or else, where there is no
 * other, by a new one. Answers the secret of a new one, to be shown once.
 */
export async function ensureAdmin(db: Database, adminToken: string | undefined): Promise<string | null> {
  const createdAt = BigInt(await db.now())
  if (adminToken !== undefined) {
    const hash = hashSecret(adminToken)
    const create = { id: ENVIRONMENT_TOKEN_ID, name: 'admin', role: 'admin', hash, createdAt }
    await db.records.token.deleteMany({ where: { hash, NOT: { id: ENVIRONMENT_TOKEN_ID } } })
    await db.records.token.upsert({ where: { id: ENVIRONMENT_TOKEN_ID }, create, update: { hash, revokedAt: null } })
    return null
  }
  if ((await db.records.token.count({ where: { role: 'admin', revokedAt: null } })) > 0) return null
  const secret = mintSecret()
  await db.records.token.create({
    data: { id: v7(), name: 'admin', role: 'admin', hash: hashSecret(secret), createdAt },
  })
  return secret
}

function toToken(row: NonNullable<Awaited<ReturnType<Records['token']['findFirst']>>>): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    createdAt: new Date(Number(row.createdAt)).toISOString(),
    revokedAt: row.revokedAt === null ? null : new Date(Number(row.revokedAt)).toISOString(),
  }
}
