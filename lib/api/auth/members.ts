/** What admins do with members, links and tokens: mints the secrets that are shown once, and keeps their hashes. */
import type { Context } from '#lib/ledger/index.ts'
import * as ledger from '#lib/ledger/index.ts'
import type { CreateToken, InviteMember, OfferReset, RotateToken } from '#lib/task/access-commands.ts'
import type { AccessLink, Token } from '#lib/task/schema.ts'
import { type Mint, mintCode, mintToken } from './secrets.ts'

export interface MadeLink {
  readonly link: AccessLink
  /** To be put behind the address under which people reach this server. */
  readonly path: string
}

export interface MadeToken {
  readonly token: Token
  readonly secret: string
}

const kept = ({ id, hash }: Mint) => ({ id, hash })

function pathOfCode(code: string): string {
  return `/join/${code}`
}

export async function inviteMember(context: Context, command: InviteMember): Promise<MadeLink> {
  const mint = mintCode()
  const link = await ledger.inviteMember(context, { ...command, ...kept(mint) })
  return { link, path: pathOfCode(mint.secret) }
}

export async function offerReset(context: Context, command: OfferReset): Promise<MadeLink> {
  const mint = mintCode()
  const link = await ledger.offerReset(context, { ...command, ...kept(mint) })
  return { link, path: pathOfCode(mint.secret) }
}

/** The path of a link for the first admin; null where there is a way in already. */
export async function offerSetup(context: Context): Promise<MadeLink | null> {
  const mint = mintCode()
  const link = await ledger.offerSetup(context, kept(mint))
  return link && { link, path: pathOfCode(mint.secret) }
}

export async function createToken(context: Context, command: CreateToken): Promise<MadeToken> {
  const mint = mintToken()
  return { token: await ledger.createToken(context, { ...command, ...kept(mint) }), secret: mint.secret }
}

export async function rotateToken(context: Context, command: RotateToken): Promise<MadeToken> {
  const mint = mintToken()
  return { token: await ledger.rotateToken(context, { ...command, ...kept(mint) }), secret: mint.secret }
}
