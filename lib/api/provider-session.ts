/** A browser on its way to the provider and back: what it takes along, and what becomes of it when it returns. */
import { cookies } from 'next/headers'
import { v7 } from 'uuid'
import { admitMember, audited } from '#lib/ledger/index.ts'
import { log } from '#lib/log.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Member } from '#lib/task/schema.ts'
import type { Challenge, IdentityProvider } from './auth/provider.ts'
import { VISITOR } from './auth/sign-in.ts'
import { contextFor, runtime } from './runtime.ts'
import { beginSession, safePath } from './session.ts'

const COOKIE = 'rollcall_provider'
const WAY_MS = 10 * 60_000
const PATH = '/sign-in/provider'

export async function leaveForProvider(next: string | undefined): Promise<Response> {
  const { provider } = runtime()
  if (!provider) return backToSignIn('This ledger has no provider to sign in by.')
  try {
    const { url, challenge } = await provider.begin()
    const kept = Buffer.from(JSON.stringify({ ...challenge, next: safePath(next) })).toString('base64url')
    const secure = runtime().env.publicUrl?.startsWith('https:') ?? false
    const options = { httpOnly: true, sameSite: 'lax', secure, path: PATH, maxAge: WAY_MS / 1000 } as const
    ;(await cookies()).set(COOKIE, kept, options)
    return redirectTo(url)
  } catch (error) {
    return backToSignIn(told(error))
  }
}

export async function returnFromProvider(search: string): Promise<Response> {
  const { provider } = runtime()
  const jar = await cookies()
  const kept = readKept(jar.get(COOKIE)?.value)
  // Once: an answer that is sent again finds nothing to be checked against.
  jar.set(COOKIE, '', { path: PATH, maxAge: 0 })
  if (!provider || !kept) return backToSignIn('The way back took too long, or began in another browser. Try again.')
  try {
    await beginSession(await admit(provider, search, kept), 'provider')
    return redirectTo(safePath(kept.next))
  } catch (error) {
    return backToSignIn(told(error))
  }
}

async function admit(provider: IdentityProvider, search: string, challenge: Challenge): Promise<Member> {
  const { login, name, subject, role } = await provider.finish(search, challenge)
  const actor = { ...VISITOR, kind: 'person' as const, name: name || login || subject, role: role ?? 'viewer' }
  const { issuer } = provider
  const act = { action: 'admitMember', via: 'web' as const, requestId: v7(), command: { issuer, subject, login } }
  return audited(contextFor(actor), act, (context) =>
    admitMember(context, { id: v7(), issuer, subject, login: login || subject, name: actor.name, role }),
  )
}

function readKept(value: string | undefined): (Challenge & { next: string }) | null {
  try {
    const kept: Record<string, unknown> = JSON.parse(Buffer.from(value ?? '', 'base64url').toString('utf8'))
    const [state, nonce, verifier, next] = [kept.state, kept.nonce, kept.verifier, kept.next].map(String)
    return state && nonce && verifier && next ? { state, nonce, verifier, next } : null
  } catch {
    return null
  }
}

function told(error: unknown): string {
  if (isTaskError(error)) return error.message
  log.error('internal error in a sign-in by the provider', { err: error })
  return 'The sign-in failed because of a bug; the server’s log has it.'
}

/** The sentence goes along in a cookie that the page of sign-in reads once: nobody can put words into its mouth by a link. */
async function backToSignIn(sentence: string): Promise<Response> {
  ;(await cookies()).set('rollcall_refusal', sentence, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/sign-in',
    maxAge: 30,
  })
  return redirectTo('/sign-in')
}

function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}
