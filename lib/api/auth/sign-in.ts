/** From what somebody types to a sign-in: a password, a token, or the code of a link. Answers the secret of the cookie. */
import { v7 } from 'uuid'
import type { Actor, Context, TryKeys } from '#lib/ledger/index.ts'
import * as ledger from '#lib/ledger/index.ts'
import type { ChangePassword, FollowLink } from '#lib/task/access-commands.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { AccessLink, LinkKind, Member } from '#lib/task/schema.ts'
import { begin, beginByToken, type Visitor } from './begin.ts'
import { hashPassword, verifyNobody, verifyPassword } from './password.ts'
import { hashSecret } from './secrets.ts'

/** Who asks before anybody is known. */
export const VISITOR: Actor = { kind: 'system', name: 'sign-in', role: 'viewer' }

const WRONG = 'This name and this password do not belong together.'

interface Credentials {
  readonly login: string
  readonly password: string
}

export async function signInByPassword(context: Context, given: Credentials, visitor: Visitor): Promise<string> {
  const { login, password } = given
  const keys = keysOf(login, visitor)
  await countTry(context, keys)
  const found = await ledger.findLogin(context, login)
  if (!found) {
    await verifyNobody(password)
    throw new TaskError('unauthenticated', WRONG)
  }
  const { right, outdated } = await verifyPassword(password, found.passwordHash)
  if (!right) throw new TaskError('unauthenticated', WRONG)
  await ledger.forgiveTries(context, keys)
  const { member, passwordHash: expected } = found
  if (outdated) {
    const passwordHash = await hashPassword(password)
    await ledger.setPassword(context, { memberId: member.id, passwordHash, expected, keep: null, rehashed: true })
  }
  return begin(context, member, 'password', visitor)
}

/** A worker's token opens no pages. */
export async function signInByToken(context: Context, token: string, visitor: Visitor): Promise<string> {
  const secret = token.trim()
  const keys = keysOf(`token ${secret.slice(0, 12)}`, visitor)
  await countTry(context, keys)
  const bearer = await ledger.findBearer(context, hashSecret(secret))
  if (!bearer) throw new TaskError('unauthenticated', 'This token is unknown, expired or revoked.')
  await ledger.forgiveTries(context, keys)
  if (bearer.role === 'worker') {
    throw new TaskError('forbidden', 'A worker’s token opens no pages; use a viewer’s or an operator’s.')
  }
  return beginByToken(context, bearer, visitor)
}

/** What the code opens. Codes are 256 random bits: there is nothing to guess, and nothing to count. */
export async function readLink(context: Context, code: string): Promise<AccessLink> {
  return ledger.readLink(context, hashSecret(code))
}

export interface Followed {
  readonly secret: string
  readonly kind: LinkKind
}

/** Joins, or chooses a new password, and signs in. */
export async function followLink(context: Context, given: FollowLink, visitor: Visitor): Promise<Followed> {
  const { code, login, name = login, password } = given
  const linkHash = hashSecret(code)
  const { id: linkId, kind, role, memberId, name: whose } = await ledger.readLink(context, linkHash)
  const isReset = memberId !== null
  if (!isReset && (login === undefined || name === undefined)) {
    throw new TaskError('validation', 'login: choose a name to sign in with')
  }
  const passwordHash = await hashPassword(password)
  const id = memberId ?? v7()
  const actor: Actor = {
    ...{
      kind: 'person',
      name: (isReset ? whose : name) ?? id,
      role: role ?? (isReset ? 'viewer' : 'admin'),
      memberId: id,
    },
  }
  const act = {
    action: isReset ? 'resetByLink' : 'joinByLink',
    via: 'web' as const,
    requestId: v7(),
    command: { linkId },
  }
  const member = await ledger.audited({ ...context, actor }, act, (context) =>
    isReset
      ? ledger.resetByLink(context, { linkHash, passwordHash })
      : ledger.joinByLink(context, { id, linkHash, login: login ?? '', name: name ?? '', passwordHash }),
  )
  return { secret: await begin(context, member, 'link', visitor), kind }
}

/** A member's own. Other browsers are signed out by it. */
export async function changePassword(context: Context, given: ChangePassword, signInId: string): Promise<Member> {
  const { memberId } = context.actor
  const member = memberId === undefined ? null : await ledger.findMember(context, memberId)
  const found = member && (await ledger.findLogin(context, member.login))
  if (!member || !found) throw new TaskError('invalid_transition', 'You have no password here.')
  if (given.password.toLowerCase() === member.login) {
    throw new TaskError('validation', 'password: must not be the name to sign in with')
  }
  const keys = keysOf(member.login, { address: `member ${member.id}`, agent: null })
  await countTry(context, keys)
  const { right } = await verifyPassword(given.currentPassword, found.passwordHash)
  if (!right) throw new TaskError('validation', 'This is not your password now.')
  await ledger.forgiveTries(context, keys)
  const passwordHash = await hashPassword(given.password)
  const command = { memberId: member.id, passwordHash, expected: found.passwordHash, keep: signInId }
  return ledger.setPassword(context, command)
}

/** Each try that makes the next ones wait stands in the audit log; there are few of those, however many tries there are. */
async function countTry(context: Context, keys: TryKeys): Promise<void> {
  const [blocked] = await ledger.countTry({ db: context.db, policy: context.policy, actor: VISITOR }, keys)
  if (blocked === undefined) return
  const entry = { actor: VISITOR, via: 'web' as const, action: 'signIn', requestId: v7() }
  await ledger.recordAudit(context, {
    ...entry,
    result: 'rate_limited',
    detail: `${blocked}, now from ${keys.address}`,
  })
}

/** The login goes into the key as a hash: what people mistype there may be a password. */
function keysOf(login: string, { address }: Visitor): TryKeys {
  return { account: hashSecret(login).slice(0, 32), address }
}
