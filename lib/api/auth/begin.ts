/** Begins sign-ins, once it is known who signs in. Answers the secret of the cookie. */
import { v7 } from 'uuid'
import type { Actor, Bearer, Context, SignInWay } from '#lib/ledger/index.ts'
import { audited, beginSignIn } from '#lib/ledger/index.ts'
import type { Member } from '#lib/task/schema.ts'
import { mintCode } from './secrets.ts'

/** Where a sign-in comes from, as far as the server knows. */
export interface Visitor {
  readonly address: string
  readonly agent: string | null
}

const AGENT_LENGTH = 200

export function begin(
  context: Context,
  { id, name, role }: Member,
  way: Exclude<SignInWay, 'token'>,
  visitor: Visitor,
): Promise<string> {
  const actor: Actor = { kind: 'person', name, role, memberId: id }
  return keep({ ...context, actor }, { memberId: id, tokenId: null }, way, visitor)
}

export function beginByToken(
  context: Context,
  { id, familyId, name, role }: Bearer,
  visitor: Visitor,
): Promise<string> {
  const actor: Actor = { kind: 'person', name, role, tokenId: familyId }
  return keep({ ...context, actor }, { memberId: null, tokenId: id }, 'token', visitor)
}

async function keep(
  context: Context,
  owner: { readonly memberId: string | null; readonly tokenId: string | null },
  way: SignInWay,
  { address, agent }: Visitor,
): Promise<string> {
  const { id, secret, hash } = mintCode()
  const ttlMs = context.policy.settings.access.signInMs
  const from = { address, agent: agent?.slice(0, AGENT_LENGTH) ?? null }
  const command = { signInId: id }
  await audited(context, { action: 'signIn', via: 'web', requestId: v7(), command }, (context) =>
    beginSignIn(context, { id, hash, ...owner, ...from, ttlMs, way }),
  )
  return secret
}
