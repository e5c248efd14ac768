/** Tokens and browser sessions: stored as hashes, shown once, and over when they are revoked. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashSecret } from '#lib/api/auth/secrets.ts'
import { sqlitePath } from '#lib/db/connect-sqlite.ts'
import { listen } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { taskOf } from '../support/factories.ts'
import { DIALECTS } from '../support/ledger.ts'
import { cookieHeader, openSignIns, type SignIns } from '../support/sign-ins.ts'
import { type Minted, openStage } from '../support/stage.ts'

const REVOKED_WITHIN_MS = 5000

describe.each(DIALECTS)('a token, on %s', (dialect) => {
  const open = openStage(dialect)
  let signIns: SignIns
  beforeAll(async () => {
    signIns = await openSignIns(open().server.databaseUrl)
  })
  afterAll(() => signIns?.close())

  /** As a sign-in on the page does: the secret goes into the browser's cookie. */
  const signIn = ({ secret }: Minted) => signIns.withToken(secret)
  const cookieOf = cookieHeader
  const withCookie = (method: string, path: string, secret: string, body?: object) =>
    fetch(open().server.url + path, { method, headers: cookieOf(secret), body: body ? JSON.stringify(body) : null })

  it('is stored as a hash and nowhere as itself', async () => {
    const stage = open()
    const minted = await stage.mint('operator')
    const cookie = await signIn(minted)
    const rows = [...(await stage.sql('SELECT * FROM tokens')), ...(await stage.sql('SELECT * FROM sign_ins'))]
    const kept = JSON.stringify([rows, await stage.everything()], (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    for (const secret of [minted.secret, cookie, stage.server.adminToken]) {
      expect(kept).toContain(hashSecret(secret))
      expect(kept).not.toContain(secret)
      expect(stage.server.output()).not.toContain(secret)
      if (dialect !== 'sqlite') continue
      const path = sqlitePath(stage.server.databaseUrl)
      const files = [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file))
      expect(files.some((bytes) => bytes.includes(hashSecret(secret)))).toBe(true)
      expect(files.some((bytes) => bytes.includes(secret))).toBe(false)
    }
  })

  it('is never shown again once it was made', async () => {
    const stage = open()
    const { token, secret } = await stage.mint('worker')
    expect(secret).toMatch(/^rc_[\w-]{43}$/)
    const { body } = await stage.server.call('GET', '/api/v1/tokens?limit=500')
    expect(JSON.stringify(body)).toContain(token.id)
    expect(JSON.stringify(body)).not.toContain(secret)
    expect(JSON.stringify(body)).not.toContain(hashSecret(secret))
  })

  it('stops working soon after it was revoked, and so do the streams that it opened', async () => {
    const stage = open()
    const { token, secret } = await stage.mint('viewer')
    const read = () => stage.server.call('GET', '/api/v1/tasks?limit=1', undefined, secret)
    expect((await read()).status).toBe(200)
    const stream = await listen(stage.server, { headers: { authorization: `Bearer ${secret}` } })
    await stage.admin.call('revokeToken', { tokenId: token.id })
    const startedMs = performance.now()
    await eventually('the token is refused', async () => (await read()).status === 401, REVOKED_WITHIN_MS)
    await eventually(
      'its stream is over',
      () => ended(stream.ended),
      REVOKED_WITHIN_MS - (performance.now() - startedMs),
    )
    expect((await read()).body).toMatchObject({ code: 'unauthenticated' })
  })

  it('takes its browser sessions with it at once', async () => {
    const stage = open()
    const minted = await stage.mint('operator')
    const cookie = await signIn(minted)
    expect((await withCookie('GET', '/api/v1/tasks', cookie)).status).toBe(200)
    const stream = await listen(stage.server, { headers: cookieOf(cookie) })
    expect(stream.status).toBe(200)
    await stage.admin.call('revokeToken', { tokenId: minted.token.id })
    expect((await withCookie('GET', '/api/v1/tasks', cookie)).status).toBe(401)
    await eventually('its stream is over', () => ended(stream.ended), REVOKED_WITHIN_MS)
  })

  it('is rotated under its workers: they go on by the new one, and by the old one while its grace lasts', async () => {
    const stage = open()
    const old = await stage.mint('worker')
    const worker = await stage.hire({}, stage.as(old.secret))
    const stranger = await stage.mint('worker')
    const graceMs = 3_600_000
    const next = await stage.admin.call('rotateToken', { tokenId: old.token.id, graceMs })
    const beat = (secret: string) =>
      stage.server.call('POST', `/api/v1/workers/${worker.id}/heartbeats`, { held: [] }, secret)
    expect((await beat(next.secret)).status).toBe(200)
    expect((await beat(old.secret)).status).toBe(200)
    expect((await beat(stranger.secret)).status).toBe(403)
    await stage.sql('UPDATE tokens SET expires_at = $1 WHERE id = $2', [Date.now() - 1, old.token.id])
    await eventually('the old one is refused', async () => (await beat(old.secret)).status === 401, REVOKED_WITHIN_MS)
    expect((await beat(next.secret)).status).toBe(200)
  })

  it('can be revoked twice, and keeps the time of the first', async () => {
    const stage = open()
    const tokenId = (await stage.mint('viewer')).token.id
    const first = await stage.admin.call('revokeToken', { tokenId })
    const second = await stage.admin.call('revokeToken', { tokenId })
    expect(first.token.revokedAt).not.toBeNull()
    expect(second).toEqual(first)
    const reply = await stage.server.call('DELETE', '/api/v1/tokens/nowhere')
    expect(reply.body).toMatchObject({ code: 'not_found', tokenId: 'nowhere' })
  })

  it('lets a browser read by its cookie, and never write', async () => {
    const stage = open()
    const { task } = await stage.begin()
    const cookie = await signIn(await stage.mint('admin'))
    for (const path of ['/api/v1/tasks', `/api/v1/tasks/${task.id}`, '/api/v1/tokens']) {
      expect((await withCookie('GET', path, cookie)).status).toBe(200)
    }
    const before = await stage.everything()
    const writes: [string, string, object][] = [
      ['POST', '/api/v1/tasks', taskOf()],
      ['POST', `/api/v1/tasks/${task.id}/cancellation`, { reason: 'from another site' }],
      ['PUT', `/api/v1/tasks/${task.id}/session`, { workerId: 'w', attempt: 1, sessionId: 's' }],
      ['DELETE', `/api/v1/tasks/${task.id}/reassignment`, {}],
    ]
    for (const [method, path, body] of writes) expect((await withCookie(method, path, cookie, body)).status).toBe(401)
    expect(await stage.everything()).toEqual(before)
  })

  it('lets no browser read whose session is over or was never begun', async () => {
    const stage = open()
    const cookie = await signIn(await stage.mint('viewer'))
    await stage.sql('UPDATE sign_ins SET expires_at = $1 WHERE hash = $2', [Date.now() - 1, hashSecret(cookie)])
    for (const secret of [cookie, 'made-up', '', hashSecret(cookie)]) {
      expect((await withCookie('GET', '/api/v1/tasks', secret)).status).toBe(401)
    }
  })
})

/** True once it is settled. */
async function ended(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])
}
