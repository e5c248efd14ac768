/** From a request's headers to an actor, and from an actor's role to what it may call. */
import type { Access } from '#lib/contract.ts'
import type { Actor } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { Role } from '#lib/task/schema.ts'
import type { Runtime } from './runtime.ts'
import { type Bearer, findBearer, findWebSession } from './tokens.ts'

export const COOKIE = 'rollcall_session'

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

export type Authenticate = (headers: Readonly<Record<string, string | undefined>>, method: string) => Promise<Actor>

/** A bearer token everywhere; a browser's cookie for reading only, so that no other site can make a browser act. */
export function createAuthenticate({ db }: Pick<Runtime, 'db'>): Authenticate {
  const remembered = new Map<string, { bearer: Bearer; until: number }>()

  async function bearerOf(secret: string): Promise<Bearer | null> {
    const known = remembered.get(secret)
    if (known && known.until > Date.now()) return known.bearer
    const bearer = await findBearer(db.records, secret)
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    if (bearer) remembered.set(secret, { bearer, until: Date.now() + REMEMBER_MS })
    else remembered.delete(secret)
    return bearer
  }

  return async (headers, method) => {
    const [, secret] = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(headers.authorization ?? '') ?? []
    if (secret !== undefined) {
      const bearer = await bearerOf(secret)
      if (bearer) return toActor(bearer, 'token')
      throw new TaskError('unauthenticated', 'the token is unknown or revoked')
    }
    const cookie = method === 'GET' ? readCookie(headers.cookie) : undefined
    const session = cookie === undefined ? null : await findWebSession(db, cookie)
    if (session) return toActor(session, 'person')
    throw new TaskError('unauthenticated', 'the request carries no token')
  }
}

export function toActor({ tokenId, name, role }: Bearer, kind: Actor['kind']): Actor {
  return { kind, name, role, tokenId }
}

export function readCookie(header: string | undefined): string | undefined {
  const pair = header?.split(/;\s*/).find((part) => part.startsWith(`${COOKIE}=`))
  return pair?.slice(COOKIE.length + 1)
}
