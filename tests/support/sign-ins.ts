/** Browsers that are signed in, without a browser: members and sign-ins made past the pages, as the pages make them. */

import { begin } from '#lib/api/auth/begin.ts'
import { hashSecret, mintCode } from '#lib/api/auth/secrets.ts'
import { signInByToken, VISITOR } from '#lib/api/auth/sign-in.ts'
import { openDatabase } from '#lib/db/open.ts'
import type { Context } from '#lib/ledger/index.ts'
import { inviteMember, joinByLink } from '#lib/ledger/index.ts'
import type { Member, MemberRole } from '#lib/task/schema.ts'
import { freshId } from './factories.ts'
import { POLICY } from './ledger.ts'

export const TEST_VISITOR = { address: '127.0.0.1', agent: 'Mozilla/5.0 (X11; Linux) Firefox/140.0' }

export interface SignIns {
  readonly context: Context
  /** The secret of a cookie of whoever holds the token. */
  withToken(secret: string): Promise<string>
  /** A new member; signed in as often as it is asked for. The hash is of no password. */
  member(role: MemberRole): Promise<Member>
  withMember(member: Member): Promise<string>
  close(): Promise<void>
}

export async function openSignIns(databaseUrl: string): Promise<SignIns> {
  const db = await openDatabase(databaseUrl)
  const context: Context = { db, policy: POLICY, actor: VISITOR }
  return {
    context,
    withToken: (secret) => signInByToken(context, secret, TEST_VISITOR),
    async member(role) {
      const { id, secret, hash } = mintCode()
      await inviteMember({ ...context, actor: { kind: 'person', name: 'ada', role: 'admin' } }, { id, hash, role })
      const login = freshId(role)
      return joinByLink(context, { id: login, linkHash: hashSecret(secret), login, name: login, passwordHash: 'none' })
    },
    withMember: (member) => begin(context, member, 'password', TEST_VISITOR),
    close: () => db.close(),
  }
}

export function cookieHeader(secret: string): { cookie: string } {
  return { cookie: `theme=dark; rollcall_session=${secret}` }
}
