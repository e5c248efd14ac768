/** From a request's headers to an actor, and from an actor's role to what it may call. */
import type { Access } from '#lib/contract.ts'
import type { Env } from '#lib/env.ts'
import { type Actor, type Bearer, findBearer, findSignIn } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { Role } from '#lib/task/schema.ts'
import { hashSecret } from './auth/secrets.ts'
import type { Runtime } from './runtime.ts'

/** How long a revoked token may still be taken for valid; each request would pay for less. */
const REMEMBER_MS = 2500
const REMEMBERED_MAX = 1000

const ALLOWED: Record<Role, ReadonlySet<Access>> = {
  viewer: new Set<Access>(['public', 'viewer']),
  worker: new Set<Access>(['public', 'worker']),
  operator: new Set<Access>(['public', 'viewer', 'worker', 'operator']),
  admin: new Set<Access>(['public', 'viewer', 'worker', 'operator', 'admin']),
}

export function allows(role: Role, access: Access): boolean {
  return ALLOWED[role].has(access)
}

/** Where TLS ends at a proxy of ours the browser keeps the cookie to this host and to TLS; 127.0.0.1 has none to insist on. */
export function cookieOf({ publicUrl }: Pick<Env, 'publicUrl'>): { name: string; secure: boolean } {
  const secure = publicUrl?.startsWith('https:') ?? false
  return { name: secure ? '__Host-rollcall_session' : 'rollcall_session', secure }
}

export type Authenticate = (headers: Readonly<Record<string, string | undefined>>, method: string) => Promise<Actor>

/** A bearer token everywhere; a browser's cookie for reading only, so that no other site can make a browser act. */
export function createAuthenticate(runtime: Pick<Runtime, 'db' | 'env' | 'policy'>): Authenticate {
  const remembered = new Map<string, { bearer: Bearer; until: number }>()
  const cookieName = cookieOf(runtime.env).name
  const { idleMs } = runtime.policy.settings.access

  async function bearerOf(secret: string): Promise<Bearer | null> {
    const known = remembered.get(secret)
    if (known && known.until > Date.now()) return known.bearer
    const bearer = await findBearer(runtime, hashSecret(secret))
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    if (bearer) remembered.set(secret, { bearer, until: Date.now() + REMEMBER_MS })
    else remembered.delete(secret)
    return bearer
  }

  return async (headers, method) => {
    const [, secret] = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(headers.authorization ?? '') ?? []
    if (secret !== undefined) {
      const bearer = await bearerOf(secret)
      if (bearer) return toActor(bearer)
      throw new TaskError('unauthenticated', 'the token is unknown, expired or revoked')
    }
    const cookie = method === 'GET' ? readCookie(headers.cookie, cookieName) : undefined
    const found = cookie === undefined ? null : await findSignIn(runtime, { hash: hashSecret(cookie), idleMs })
    if (found) return found.actor
    throw new TaskError('unauthenticated', 'the request carries no token')
  }
}

function toActor({ familyId, name, role }: Bearer): Actor {
  return { kind: 'token', name, role, tokenId: familyId }
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(/;\s*/).find((part) => part.startsWith(`${name}=`))
  return pair?.slice(name.length + 1)
}
