/** Who belongs to the ledger: links open once, there is always an admin, and whoever goes is signed out. */
import { expect, it } from 'vitest'
import { hashSecret } from '#lib/api/auth/secrets.ts'
import {
  beginSignIn,
  changeRole,
  findSignIn,
  inviteMember,
  joinByLink,
  listLinks,
  listMembers,
  offerReset,
  offerSetup,
  readLink,
  removeMember,
  resetByLink,
  revokeLink,
  setPassword,
} from '#lib/ledger/index.ts'
import type { Member, MemberRole } from '#lib/task/schema.ts'
import { codeOf, freshId } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { outcomeOf } from '../support/outcome.ts'

const DAY_MS = 86_400_000
const reason = 'the team changed'

const mint = (code: string) => ({ id: freshId('link'), hash: hashSecret(code) })
const follow = (ledger: Ledger, code: string, login = freshId('login')) =>
  joinByLink(ledger.context, { id: login, linkHash: hashSecret(code), login, name: login, passwordHash: 'hash' })

async function join(ledger: Ledger, role: MemberRole): Promise<Member> {
  const code = freshId('code')
  await inviteMember(ledger.context, { ...mint(code), role })
  return follow(ledger, code)
}

async function signIn({ context }: Ledger, { id }: Member) {
  const cookie = freshId('cookie')
  const from = { memberId: id, tokenId: null, address: '::1', agent: null }
  await beginSignIn(context, { ...mint(cookie), ...from, ttlMs: 7 * DAY_MS, way: 'password' })
  const look = { hash: hashSecret(cookie), idleMs: DAY_MS }
  return { look, isIn: async () => (await findSignIn(context, look)) !== null }
}

forEachDialect('the setup link', (open) => {
  it('makes the first admin, once, and is offered to nobody after that', async () => {
    const ledger = await open()
    expect(await offerSetup(ledger.context, mint('setup'))).toMatchObject({ kind: 'setup' })
    expect(await follow(ledger, 'setup', 'ada')).toMatchObject({ login: 'ada', role: 'admin', way: 'password' })
    expect(await codeOf(follow(ledger, 'setup'))).toBe('invalid_transition')
    expect(await offerSetup(ledger.context, mint('again'))).toBeNull()
    expect((await listMembers(ledger.context, {})).members).toHaveLength(1)
  })

  it('opens no more once a restart has printed another', async () => {
    const ledger = await open()
    await offerSetup(ledger.context, mint('first'))
    await ledger.reopen()
    await offerSetup(ledger.context, mint('second'))
    expect(await codeOf(follow(ledger, 'first'))).toBe('invalid_transition')
    await follow(ledger, 'second')
  })

  it('ends after a day, to the millisecond', async () => {
    const ledger = await open()
    await offerSetup(ledger.context, mint('setup'))
    ledger.clock.advance(DAY_MS - 1)
    expect(await readLink(ledger.context, hashSecret('setup'))).toMatchObject({ kind: 'setup' })
    ledger.clock.advance(1)
    expect(await codeOf(follow(ledger, 'setup'))).toBe('invalid_transition')
    expect((await listMembers(ledger.context, {})).members).toEqual([])
  })

  it('makes nobody an admin once there is one, and is not offered beside an admin token', async () => {
    const ledger = await open()
    await offerSetup(ledger.context, mint('setup'))
    await join(ledger, 'admin')
    expect(await codeOf(follow(ledger, 'setup'))).toBe('invalid_transition')
    const fresh = await open()
    await fresh.sql(`INSERT INTO tokens (id, name, role, hash, created_at) VALUES ('t', 't', 'admin', 'h', 1)`)
    expect(await offerSetup(fresh.context, mint('setup'))).toBeNull()
    await fresh.sql('UPDATE tokens SET revoked_at = 2')
    expect(await offerSetup(fresh.context, mint('setup'))).not.toBeNull()
  })
})

forEachDialect('an invitation', (open) => {
  it('opens once, even to two at the same time', async () => {
    const ledger = await open()
    await inviteMember(ledger.context, { ...mint('code'), role: 'operator', name: 'Ana' })
    const codes = await Promise.all([outcomeOf(follow(ledger, 'code')), outcomeOf(follow(ledger, 'code'))])
    expect(codes.sort()).toEqual(['done', 'invalid_transition'])
    expect((await listMembers(ledger.context, {})).members).toMatchObject([{ role: 'operator' }])
    const [link] = (await listLinks(ledger.context, {})).links
    expect(link).toMatchObject({ kind: 'invitation', role: 'operator', name: 'Ana', createdBy: 'ada' })
    expect(link?.usedAt).not.toBeNull()
  })

  it('is not used up by a login that somebody has', async () => {
    const ledger = await open()
    const { login } = await join(ledger, 'viewer')
    await inviteMember(ledger.context, { ...mint('code'), role: 'operator' })
    expect(await codeOf(follow(ledger, 'code', login))).toBe('validation')
    expect(await follow(ledger, 'code')).toMatchObject({ role: 'operator' })
  })

  it('can be revoked while it is open, and not after', async () => {
    const ledger = await open()
    const { id: linkId } = await inviteMember(ledger.context, { ...mint('code'), role: 'operator' })
    expect((await revokeLink(ledger.context, { linkId })).revokedAt).not.toBeNull()
    expect(await codeOf(follow(ledger, 'code'))).toBe('invalid_transition')
    expect(await codeOf(revokeLink(ledger.context, { linkId }))).toBe('invalid_transition')
    expect(await codeOf(revokeLink(ledger.context, { linkId: 'none' }))).toBe('not_found')
    expect(await codeOf(follow(ledger, 'made up'))).toBe('not_found')
  })
})

forEachDialect('the last admin', (open) => {
  it('can be neither removed nor demoted, and a second one makes both possible', async () => {
    const ledger = await open()
    const first = await join(ledger, 'admin')
    await join(ledger, 'operator')
    const demote = { memberId: first.id, role: 'viewer' as const, reason }
    expect(await codeOf(changeRole(ledger.context, demote))).toBe('invalid_transition')
    expect(await codeOf(removeMember(ledger.context, { memberId: first.id, reason }))).toBe('invalid_transition')
    const second = await join(ledger, 'admin')
    expect(await changeRole(ledger.context, demote)).toMatchObject({ role: 'viewer' })
    expect(await codeOf(removeMember(ledger.context, { memberId: second.id, reason }))).toBe('invalid_transition')
    await removeMember(ledger.context, { memberId: first.id, reason })
    expect(await codeOf(changeRole(ledger.context, demote))).toBe('not_found')
  })

  it('is one of two who demote each other at the same time on two servers', async () => {
    const ledger = await open()
    const [first, second] = [await join(ledger, 'admin'), await join(ledger, 'admin')]
    const other = ledger.contextOf({ db: await ledger.another() })
    const codes = await Promise.all([
      outcomeOf(changeRole(ledger.context, { memberId: first.id, role: 'viewer', reason })),
      outcomeOf(changeRole(other, { memberId: second.id, role: 'viewer', reason })),
    ])
    expect(codes.sort()).toEqual(['done', 'invalid_transition'])
  })
})

forEachDialect('a member', (open) => {
  it('is signed out in the moment of the removal, and the names are free again', async () => {
    const ledger = await open()
    await join(ledger, 'admin')
    const member = await join(ledger, 'operator')
    const browser = await signIn(ledger, member)
    expect(await browser.isIn()).toBe(true)
    await removeMember(ledger.context, { memberId: member.id, reason })
    expect(await browser.isIn()).toBe(false)
    expect(await rowsOf(ledger, 'sign_ins')).toEqual([])
    await inviteMember(ledger.context, { ...mint('code'), role: 'viewer' })
    const again = { id: freshId('id'), linkHash: hashSecret('code'), login: member.login, name: member.name }
    expect(await joinByLink(ledger.context, { ...again, passwordHash: 'hash' })).toMatchObject({ login: member.login })
  })

  it('acts in a new role from the next look on', async () => {
    const ledger = await open()
    const member = await join(ledger, 'operator')
    const { look } = await signIn(ledger, member)
    await changeRole(ledger.context, { memberId: member.id, role: 'viewer', reason })
    expect((await findSignIn(ledger.context, look))?.actor).toMatchObject({ role: 'viewer', memberId: member.id })
  })

  it('gets a new password by a link that opens once, and is signed out everywhere', async () => {
    const ledger = await open()
    const member = await join(ledger, 'operator')
    const browser = await signIn(ledger, member)
    await offerReset(ledger.context, { ...mint('old'), memberId: member.id })
    await offerReset(ledger.context, { ...mint('new'), memberId: member.id })
    const reset = (code: string) => resetByLink(ledger.context, { linkHash: hashSecret(code), passwordHash: 'other' })
    expect(await codeOf(reset('old'))).toBe('invalid_transition')
    expect(await reset('new')).toMatchObject({ id: member.id })
    expect(await codeOf(reset('new'))).toBe('invalid_transition')
    expect(await browser.isIn()).toBe(false)
    expect(await codeOf(follow(ledger, 'new'))).toBe('invalid_transition')
    expect((await rowsOf(ledger, 'members'))[0]).toMatchObject({ password_hash: 'other' })
  })

  it('changes the password only from the one that was checked, and keeps the browser that asked', async () => {
    const ledger = await open()
    const member = await join(ledger, 'operator')
    const [here, there] = [await signIn(ledger, member), await signIn(ledger, member)]
    const keep = (await findSignIn(ledger.context, here.look))?.signIn.id ?? ''
    const change = { memberId: member.id, passwordHash: 'other', keep }
    expect(await codeOf(setPassword(ledger.context, { ...change, expected: 'wrong' }))).toBe('invalid_transition')
    expect(await there.isIn()).toBe(true)
    await setPassword(ledger.context, { ...change, expected: 'hash' })
    expect([await here.isIn(), await there.isIn()]).toEqual([true, false])
  })
})

forEachDialect('a sign-in', (open) => {
  it('ends after its time, and after a day without being used', async () => {
    const ledger = await open()
    const member = await join(ledger, 'viewer')
    const used = await signIn(ledger, member)
    const idle = await signIn(ledger, member)
    for (let hours = 0; hours < 7 * 24; hours += 12) {
      expect([hours, await used.isIn()]).toEqual([hours, true])
      ledger.clock.advance(DAY_MS / 2)
    }
    expect(await used.isIn()).toBe(false)
    expect(await idle.isIn()).toBe(false)
    const late = await signIn(ledger, member)
    ledger.clock.advance(DAY_MS)
    expect(await late.isIn()).toBe(false)
  })
})
