/** Who looks at a page. Pages ask for a context; without a signed-in person they lead to the sign-in. */
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { v7 } from 'uuid'
import {
  audited,
  type Context,
  endSignIn,
  endSignIns,
  type FoundSignIn,
  findSignIn,
  hasNoMembers,
} from '#lib/ledger/index.ts'
import type { ChangePassword, EndSignIn, FollowLink } from '#lib/task/access-commands.ts'
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import type { LinkKind, Member, SignIn } from '#lib/task/schema.ts'
import { begin, type Visitor } from './auth/begin.ts'
import { hashSecret } from './auth/secrets.ts'
import * as auth from './auth/sign-in.ts'
import { visitorOf } from './auth/visitor.ts'
import { cookieOf } from './authenticate.ts'
import { contextFor, runtime } from './runtime.ts'

/** Once a request, whatever of it asks. */
const findCurrent = cache(async (): Promise<FoundSignIn | null> => {
  const { env, policy } = runtime()
  const secret = (await cookies()).get(cookieOf(env).name)?.value
  if (secret === undefined) return null
  return findSignIn(runtime(), { hash: hashSecret(secret), idleMs: policy.settings.access.idleMs })
})

export async function findContext(): Promise<Context | null> {
  const found = await findCurrent()
  return found && contextFor(found.actor)
}

/** `next` is the page to come back to. */
export async function requireContext(next = '/tasks'): Promise<Context> {
  return (await findContext()) ?? redirect(`/sign-in?next=${encodeURIComponent(next)}`)
}

/** The sign-in of this very browser. */
export async function currentSignIn(): Promise<SignIn | null> {
  return (await findCurrent())?.signIn ?? null
}

const visitorContext = () => contextFor(auth.VISITOR)

async function visitor(): Promise<Visitor> {
  const list = await headers()
  return visitorOf((name) => list.get(name), runtime().admission)
}

export async function signIn(given: { readonly login: string; readonly password: string }): Promise<void> {
  await setCookie(await auth.signInByPassword(visitorContext(), given, await visitor()))
}

/** Begins a browser session for whoever holds the token. */
export async function signInByToken(token: string): Promise<void> {
  await setCookie(await auth.signInByToken(visitorContext(), token, await visitor()))
}

/** Answers what kind of link it was. */
export async function followLink(given: FollowLink): Promise<LinkKind> {
  const { secret, kind } = await auth.followLink(visitorContext(), given, await visitor())
  await setCookie(secret)
  return kind
}

/** The link of a code, or the sentence that says why it opens no more. */
export async function readLink(code: string) {
  try {
    return await auth.readLink(visitorContext(), code)
  } catch (error) {
    if (isTaskError(error)) return error.message
    throw error
  }
}

/** For whoever a provider has confirmed. */
export async function beginSession(member: Member, way: 'provider'): Promise<void> {
  await setCookie(await begin(visitorContext(), member, way, await visitor()))
}

/** What stands on the button beside passwords; null without a provider. */
export function providerName(): string | null {
  return runtime().provider?.name ?? null
}

/** Why the last try to sign in by the provider was refused, shortly after it. */
export async function lastRefusal(): Promise<string | null> {
  return (await cookies()).get('rollcall_refusal')?.value ?? null
}

/** A member's own: the browser that asks stays signed in. */
export async function changeOwnPassword(context: Context, command: ChangePassword): Promise<unknown> {
  return auth.changePassword(context, command, (await currentSignIn())?.id ?? '')
}

/** Of whoever asks, and of nobody else: a token's own is the browser that asks. */
export async function endOwnSignIn(context: Context, { signInId }: EndSignIn): Promise<unknown> {
  const { memberId } = context.actor
  if (memberId !== undefined) return endSignIn(context, { signInId, ownerId: memberId })
  throw new TaskError('invalid_transition', 'You are signed in by a token: sign out, or revoke it.')
}

export async function endOwnSignIns(context: Context): Promise<unknown> {
  const { memberId } = context.actor
  const keep = (await currentSignIn())?.id
  if (memberId !== undefined && keep !== undefined) return endSignIns(context, { memberId, keep })
  throw new TaskError('invalid_transition', 'You are signed in by a token: sign out, or revoke it.')
}

/** Whether there is anybody whose name and password could be asked for. */
export async function canSignIn(): Promise<boolean> {
  return !(await hasNoMembers(visitorContext()))
}

async function setCookie(secret: string): Promise<void> {
  const { env, policy } = runtime()
  const { name, secure } = cookieOf(env)
  const maxAge = Math.floor(policy.settings.access.signInMs / 1000)
  ;(await cookies()).set(name, secret, { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge })
}

/** The row goes with the cookie: a copy of the cookie opens nothing afterwards. */
export async function signOut(): Promise<void> {
  const found = await findCurrent()
  if (found) {
    const command = { signInId: found.signIn.id }
    const act = { action: 'endSignIn', via: 'web' as const, requestId: v7(), command }
    await audited(contextFor(found.actor), act, (context) => endSignIn(context, command)).catch(ignoreGone)
  }
  ;(await cookies()).delete({ name: cookieOf(runtime().env).name, path: '/', secure: cookieOf(runtime().env).secure })
}

function ignoreGone(error: unknown): void {
  if (!isTaskError(error) || error.code !== 'not_found') throw error
}

/** A path of our own, or the front page: a link cannot send somebody who signs in to another site. */
export function safePath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/tasks'
}
