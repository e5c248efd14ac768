/** From what somebody types to a sign-in: a password, a token, or the code of a link. Answers the secret of the cookie. */
import { v7 } from 'uuid'
import type { Actor, Context, FailedSignIn, TryKeys } from '#lib/ledger/index.ts'
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
  const whose = async () => targetOf('member', (await ledger.findLogin(context, login))?.member.id)
  const { member, expected, outdated } = await tried(context, keys, whose, async () => {
    const found = await ledger.findLogin(context, login)
    if (!found) await verifyNobody(password)
    const verified = found && (await verifyPassword(password, found.passwordHash))
    if (!found || !verified?.right) throw new TaskError('unauthenticated', WRONG)
    return { member: found.member, expected: found.passwordHash, outdated: verified.outdated }
  })
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
  const find = async () => {
    const found = await ledger.findBearer(context, hashSecret(secret))
    if (found) return found
    throw new TaskError('unauthenticated', 'This token is unknown, expired or revoked.')
  }
  const bearer = await tried(context, keys, async () => null, find)
  if (bearer.role === 'worker') {
    const error = new TaskError('forbidden', 'A worker’s token opens no pages; use a viewer’s or an operator’s.')
    await enterFailed(context, { ...visitor, error, whose: async () => targetOf('token', bearer.familyId) })
    throw error
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
  await ledger.countTry(context, keys)
  const { right } = await verifyPassword(given.currentPassword, found.passwordHash)
  if (!right) throw new TaskError('validation', 'This is not your password now.')
  await ledger.forgiveTries(context, keys)
  const passwordHash = await hashPassword(given.password)
  const command = { memberId: member.id, passwordHash, expected: found.passwordHash, keep: signInId }
  return ledger.setPassword(context, command)
}

type Whose = FailedSignIn['whose']

/** A try that is counted, forgotten when it was right, and on the audit record when it failed. */
async function tried<T>(context: Context, keys: TryKeys, whose: Whose, perform: () => Promise<T>): Promise<T> {
  let blocks: string[] = []
  try {
    blocks = await ledger.countTry(context, keys)
    const value = await perform()
    await ledger.forgiveTries(context, keys)
    return value
  } catch (error) {
    const more = blocks.length === 0 ? undefined : `${blocks.join(', ')}, so the next one has to wait`
    await enterFailed(context, { address: keys.address, error, more, whose })
    throw error
  }
}

/** The name is entered only as a member's: what people mistype there may be a password. */
function enterFailed(context: Context, failed: Omit<FailedSignIn, 'requestId'>): Promise<void> {
  return ledger.recordFailedSignIn({ ...context, actor: VISITOR }, { ...failed, requestId: v7() })
}

function targetOf(kind: 'member' | 'token', id: string | undefined): Awaited<ReturnType<Whose>> {
  return id === undefined ? null : { kind, id }
}

/** The login goes into the key as a hash: what people mistype there may be a password. */
function keysOf(login: string, { address }: Visitor): TryKeys {
  return { account: hashSecret(login).slice(0, 32), address }
}
