/** Who looks at a page. Pages ask for a context; without a signed-in person they lead to the sign-in. */
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import type { Context } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import { COOKIE, toActor } from './authenticate.ts'
import { contextFor, runtime } from './runtime.ts'
import { beginWebSession, endWebSession, findBearer, findWebSession, WEB_SESSION_MS } from './tokens.ts'

export async function findContext(): Promise<Context | null> {
  const secret = (await cookies()).get(COOKIE)?.value
  const bearer = secret === undefined ? null : await findWebSession(runtime().db, secret)
  return bearer && contextFor(toActor(bearer, 'person'))
}

/** `next` is the page to come back to. */
export async function requireContext(next = '/tasks'): Promise<Context> {
  return (await findContext()) ?? redirect(`/sign-in?next=${encodeURIComponent(next)}`)
}

/** Begins a browser session for whoever holds the token. A worker's token opens no pages. */
export async function signIn(token: string): Promise<void> {
  const { db, env } = runtime()
  const bearer = await findBearer(db.records, token.trim())
  if (!bearer) throw new TaskError('unauthenticated', 'This token is unknown or revoked.')
  if (bearer.role === 'worker')
    throw new TaskError('forbidden', 'A worker’s token opens no pages; use a viewer’s or an operator’s.')
  const secret = await beginWebSession(db, bearer)
  ;(await cookies()).set(COOKIE, secret, {
    httpOnly: true,
    sameSite: 'lax',
    // On 127.0.0.1 there is no TLS to insist on; behind a proxy that ends it, ROLLCALL_PUBLIC_URL tells.
    secure: env.publicUrl?.startsWith('https:') ?? false,
    path: '/',
    maxAge: WEB_SESSION_MS / 1000,
  })
}

export async function signOut(): Promise<void> {
  const jar = await cookies()
  const secret = jar.get(COOKIE)?.value
  if (secret !== undefined) await endWebSession(runtime().db, secret)
  jar.delete(COOKIE)
}

/** A path of our own, or the front page: a link cannot send somebody who signs in to another site. */
export function safePath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/tasks'
}
