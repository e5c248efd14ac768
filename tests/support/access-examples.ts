/** One call of every endpoint of members, links, sign-ins and tokens that must succeed. */
import type { Member, MemberRole } from '#lib/task/schema.ts'
import type { Examples } from './examples.ts'
import { openSignIns, type SignIns } from './sign-ins.ts'
import type { Stage } from './stage.ts'

async function withSignIns<T>(stage: Stage, use: (signIns: SignIns) => Promise<T>): Promise<T> {
  const signIns = await openSignIns(stage.server.databaseUrl)
  try {
    return await use(signIns)
  } finally {
    await signIns.close()
  }
}

async function joined(stage: Stage, role: MemberRole = 'viewer'): Promise<Member> {
  return withSignIns(stage, async (signIns) => {
    const member = await signIns.member(role)
    await signIns.withMember(member)
    return member
  })
}

export const ACCESS_EXAMPLES: Pick<
  Examples,
  | 'createToken'
  | 'listTokens'
  | 'rotateToken'
  | 'revokeToken'
  | 'unmaskTask'
  | 'listMembers'
  | 'changeRole'
  | 'removeMember'
  | 'offerReset'
  | 'inviteMember'
  | 'listLinks'
  | 'revokeLink'
  | 'listSignIns'
  | 'endSignIn'
  | 'endSignIns'
> = {
  createToken: async () => ({ name: 'build farm', role: 'worker', ttlMs: 3_600_000 }),
  listTokens: async () => ({ limit: 1 }),
  rotateToken: async (stage) => ({ tokenId: (await stage.mint('viewer')).token.id, graceMs: 60_000, ttlMs: 3_600_000 }),
  revokeToken: async (stage) => ({ tokenId: (await stage.mint('viewer')).token.id, reason: 'it leaked' }),
  unmaskTask: async (stage) => ({
    taskId: (await stage.create({ payload: { prompt: 'fix it' } })).id,
    reason: 'the customer asked',
  }),
  async listMembers(stage) {
    await joined(stage)
    return { limit: 1 }
  },
  changeRole: async (stage) => ({ memberId: (await joined(stage)).id, role: 'operator', reason: 'joins the rota' }),
  removeMember: async (stage) => ({ memberId: (await joined(stage)).id, reason: 'has left' }),
  offerReset: async (stage) => ({ memberId: (await joined(stage)).id, ttlMs: 60_000 }),
  inviteMember: async () => ({ role: 'operator', name: 'Ana Ruiz', ttlMs: 60_000 }),
  async listLinks(stage) {
    await stage.admin.call('inviteMember', { role: 'viewer' })
    return { limit: 1 }
  },
  revokeLink: async (stage) => ({ linkId: (await stage.admin.call('inviteMember', { role: 'viewer' })).link.id }),
  async listSignIns(stage) {
    await joined(stage)
    return { limit: 1 }
  },
  async endSignIn(stage) {
    await joined(stage)
    const { signIns } = await stage.admin.call('listSignIns', { limit: 1 })
    return { signInId: signIns[0]?.id ?? '' }
  },
  endSignIns: async (stage) => ({ memberId: (await joined(stage)).id }),
}
