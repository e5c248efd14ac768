/**
 * Every page and every server action with every kind of visitor. What is not entered here fails: nobody opens a page or
 * an action to somebody by forgetting to say whom it is for. Endpoints of the API stand in roles.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashSecret, mintToken } from '#lib/api/auth/secrets.ts'
import { createToken, endSignIn, findSignIn } from '#lib/ledger/index.ts'
import type { MemberRole } from '#lib/task/schema.ts'
import { ACTIONS, PAGES } from '../support/matrix.ts'
import { cookieHeader, openSignIns, type SignIns } from '../support/sign-ins.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { actionNames, pagePatterns, postAction } from '../support/web.ts'

const ROLES = ['viewer', 'operator', 'admin'] as const
const STRANGERS = [
  'nobody',
  'made up',
  'signed out',
  'removed',
  'ended',
  'idle',
  'revoked token',
  'ended token',
] as const
type Stranger = (typeof STRANGERS)[number]
type Visitor = MemberRole | `${MemberRole}’s token` | Stranger

const DAY_MS = 86_400_000
const PLANTED = 'planted-name-7d1f'

const open = openStage()
const cookies = new Map<Visitor, string>()
let signIns: SignIns

beforeAll(async () => {
  const stage = open()
  signIns = await openSignIns(stage.server.databaseUrl)
  for (const role of ROLES) {
    cookies.set(role, await signIns.withMember(await signIns.member(role)))
    cookies.set(`${role}’s token`, await signIns.withToken((await stage.mint(role)).secret))
  }
  await makeStrangers(stage)
  await stage.admin.call('createToken', { name: PLANTED, role: 'viewer' })
  await stage.admin.call('inviteMember', { name: PLANTED, role: 'viewer' })
})
afterAll(() => signIns?.close())

/** Each was an admin, and is nobody any more. */
async function makeStrangers(stage: Stage): Promise<void> {
  const { context } = signIns
  const admin = () => signIns.member('admin')
  const lookUp = async (cookie: string) =>
    (await findSignIn(context, { hash: hashSecret(cookie), idleMs: DAY_MS }))?.signIn
  const signedOut = await signIns.withMember(await admin())
  await endSignIn(context, { signInId: (await lookUp(signedOut))?.id ?? '' })
  const gone = await admin()
  const removed = await signIns.withMember(gone)
  await stage.admin.call('removeMember', { memberId: gone.id, reason: 'has left' })
  const [ended, idle] = [await signIns.withMember(await admin()), await signIns.withMember(await admin())]
  const past = Date.now() - DAY_MS
  await stage.sql('UPDATE sign_ins SET expires_at = $1 WHERE hash = $2', [past, hashSecret(ended)])
  await stage.sql('UPDATE sign_ins SET seen_at = $1 WHERE hash = $2', [past, hashSecret(idle)])
  const revokedToken = await stage.mint('admin')
  const revoked = await signIns.withToken(revokedToken.secret)
  await stage.admin.call('revokeToken', { tokenId: revokedToken.token.id })
  const { id, secret, hash } = mintToken()
  await createToken(context, { id, hash, name: 'short', role: 'admin', ttlMs: DAY_MS })
  const endedToken = await signIns.withToken(secret)
  await stage.sql('UPDATE tokens SET expires_at = $1 WHERE id = $2', [past, id])
  const all: Record<Exclude<Stranger, 'nobody'>, string> = {
    ...{ 'made up': 'a'.repeat(43), 'signed out': signedOut, removed, ended, idle, 'revoked token': revoked },
    'ended token': endedToken,
  }
  for (const [name, cookie] of Object.entries(all)) cookies.set(name as Stranger, cookie)
}

const headersOf = (visitor: Visitor): Record<string, string> => {
  const cookie = cookies.get(visitor)
  return cookie === undefined ? {} : cookieHeader(cookie)
}
const known = ROLES.flatMap((role) => [role, `${role}’s token`] as const)
const roleOf = (visitor: Visitor) => ROLES.find((role) => visitor === role || visitor === `${role}’s token`)
const mayVisit = (visitor: Visitor, least: MemberRole) => {
  const role = roleOf(visitor)
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least)
}

describe('the matrix', () => {
  it('has every page, route and action that there is, and no other', () => {
    expect(Object.keys(PAGES).sort()).toEqual(pagePatterns())
    expect(Object.keys(ACTIONS).sort()).toEqual(actionNames())
  })
})

describe('a server action', () => {
  const guarded = Object.entries(ACTIONS).flatMap(([name, [least, kind]]) =>
    least === 'anybody' ? [] : [[name, least, kind] as const],
  )

  it.each(guarded)('%s is for a %s', async (name, least, kind) => {
    const { server } = open()
    const ask = (visitor: Visitor, more: Record<string, string> = {}) =>
      postAction(server.url, name, {
        headers: { ...headersOf(visitor), ...more },
        ...(kind === 'form' ? { form: {} } : { command: null }),
      })
    for (const visitor of STRANGERS)
      expect([visitor, (await ask(visitor)).outcome]).toEqual([visitor, 'unauthenticated'])
    for (const visitor of known) {
      const { outcome } = await ask(visitor)
      if (!mayVisit(visitor, least)) expect([visitor, outcome]).toEqual([visitor, 'forbidden'])
      // It is let in as far as to be told what is missing; what needs nothing is done, or is not a token's to do.
      else
        expect([visitor, outcome]).toEqual([visitor, expect.stringMatching(/^(validation|done|invalid_transition)$/)])
    }
    for (const origin of ['https://elsewhere.example', 'null', `${server.url}1`]) {
      const { status, text, outcome } = await ask('admin', { origin })
      // Next itself refuses what it takes for another site's, before the action is asked.
      expect([origin, outcome === 'forbidden' || status === 500, text]).toEqual([
        ...[origin, true, expect.not.stringContaining('"status":"done"')],
      ])
    }
  })

  it('signs nobody in by a worker’s token, nor by one that is no more', async () => {
    const stage = open()
    const worker = await stage.mint('worker')
    const revoked = await stage.mint('admin')
    await stage.admin.call('revokeToken', { tokenId: revoked.token.id })
    for (const token of [worker.secret, revoked.secret, 'rc_nobody', '']) {
      const { status, text } = await postAction(stage.server.url, 'signInAction', {
        headers: {},
        form: { token, next: '/' },
      })
      expect([status, text]).toEqual([200, expect.stringMatching(/"error":"(A worker’s token|This token is unknown)/)])
    }
  })

  it('refuses a cookie that was copied before its owner signed out', async () => {
    const { server } = open()
    const copied = await signIns.withMember(await signIns.member('admin'))
    const headers = cookieHeader(copied)
    const read = () => fetch(`${server.url}/api/v1/members`, { headers })
    expect((await read()).status).toBe(200)
    await postAction(server.url, 'signOutAction', { headers, form: {} })
    expect((await read()).status).toBe(401)
    const { outcome } = await postAction(server.url, 'createTokenAction', {
      headers,
      command: { name: 'x', role: 'admin' },
    })
    expect(outcome).toBe('unauthenticated')
  })
})

describe('a page', () => {
  const statusOf = (pattern: string) => (pattern.startsWith('/sign-in/provider') ? 303 : 200)
  const ask = async (path: string, visitor: Visitor) => {
    const response = await fetch(open().server.url + path, { headers: headersOf(visitor), redirect: 'manual' })
    return { status: response.status, to: response.headers.get('location') ?? '', text: await response.text() }
  }

  it.each(Object.entries(PAGES))('%s is shown to whom it is for', async (pattern, [least, pathOf]) => {
    const path = await pathOf(open())
    for (const visitor of STRANGERS) {
      const { status, to, text } = await ask(path, visitor)
      expect([visitor, text.includes(PLANTED)]).toEqual([visitor, false])
      if (least === 'anybody') expect([visitor, status]).toEqual([visitor, statusOf(pattern)])
      else if (/^\/(exports|api)\//.test(pattern)) expect([visitor, status]).toEqual([visitor, 401])
      else expect([visitor, status, to]).toEqual([visitor, 307, expect.stringMatching(/^\/sign-in\?next=/)])
    }
    for (const visitor of known) {
      const { status, text } = await ask(path, visitor)
      const isFor = least === 'anybody' || mayVisit(visitor, least)
      const refused = pattern.startsWith('/exports') ? 403 : 200
      expect([visitor, status]).toEqual([visitor, isFor ? statusOf(pattern) : refused])
      if (least === 'operator' || least === 'admin') {
        expect([visitor, /(is|are) for (admin|operator)s/.test(text)]).toEqual([visitor, !isFor])
        if (/members|tokens/.test(pattern)) expect([visitor, text.includes(PLANTED)]).toEqual([visitor, isFor])
        else if (!isFor) expect([visitor, text.includes(PLANTED)]).toEqual([visitor, false])
      }
    }
  })
})
