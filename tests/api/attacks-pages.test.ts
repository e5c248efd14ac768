/** What an attacker makes a browser do with our pages. */
import { afterEach, describe, expect, it } from 'vitest'
import { freshId } from '../support/factories.ts'
import { openStage } from '../support/stage.ts'
import { getPage, postSignIn, signInWith } from '../support/web-session.ts'

const open = openStage()
const EVIL = 'https://evil.example'

afterEach(async () => {
  expect((await getPage(open().server, '/sign-in')).status).toBe(200)
})

describe('a page', () => {
  it('runs no script but its own, each with the nonce of this one answer', async () => {
    const { server } = open()
    const pages = await Promise.all([getPage(server, '/sign-in'), getPage(server, '/sign-in')])
    const nonces = pages.map(({ headers, text }) => {
      const policy = headers.get('content-security-policy') ?? ''
      const scripts = policy.split('; ').find((part) => part.startsWith('script-src')) ?? ''
      expect(scripts).not.toContain('unsafe')
      const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1] ?? ''
      const tags = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
      expect(tags.length).toBeGreaterThan(1)
      expect(tags.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([])
      return nonce
    })
    expect(nonces[0]).not.toBe(nonces[1])
  })

  it('can be framed, sniffed and looked into by nobody', async () => {
    const { headers } = await getPage(open().server, '/sign-in')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
  })

  it('has a policy when it is not there, and when it is a file', async () => {
    const { server } = open()
    expect((await getPage(server, '/no/such/page')).headers.get('content-security-policy')).toContain('nonce-')
    expect((await getPage(server, '/healthz')).headers.get('content-security-policy')).toContain("default-src 'none'")
    expect((await getPage(server, '/rollcall-worker.tgz')).headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('shows HTML in every text as text', async () => {
    const stage = open()
    const hostile = `</script><script>alert("${freshId('x')}")</script><img src=x onerror=alert(1)>`
    const about = { title: hostile, repo: hostile, user: hostile, agent: hostile, model: hostile }
    const { task, ref } = await stage.begin({ ...about, payload: { hostile } })
    const messages = [{ id: freshId('message'), stream: 'stdout' as const, sequence: 1, data: hostile }]
    await stage.admin.call('appendOutput', { ...ref, messages })
    await stage.admin.call('noteTask', { taskId: task.id, text: hostile })
    const cookie = await signInWith(stage.server, stage.server.adminToken)
    for (const path of [`/tasks/${task.id}`, '/tasks', '/', '/workers', '/audit']) {
      const { status, text } = await getPage(stage.server, path, { cookie })
      expect([path, status]).toEqual([path, 200])
      expect(text.includes('<script>alert'), path).toBe(false)
      expect(text.includes('<img src=x'), path).toBe(false)
    }
  })
})

describe('another site', () => {
  it('cannot sign anybody in', async () => {
    const { server } = open()
    const { headers, status } = await postSignIn(server, { token: server.adminToken }, EVIL)
    expect(headers.getSetCookie()).toEqual([])
    expect(status).not.toBe(303)
  })

  it('cannot read with the cookie of somebody who is signed in', async () => {
    const { server } = open()
    const cookie = await signInWith(server, server.adminToken)
    const read = async (sent: Record<string, string>) =>
      (await getPage(server, '/api/v1/tasks', { cookie, ...sent })).status
    expect(await read({})).toBe(200)
    expect(await read({ origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await read({ origin: EVIL })).toBe(403)
    expect(await read({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await read({ 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await read({ origin: 'null' })).toBe(403)
  })

  it('cannot write with it, whatever it says', async () => {
    const { server, create } = open()
    const cookie = await signInWith(server, server.adminToken)
    const task = await create()
    for (const origin of [EVIL, server.url]) {
      const response = await fetch(`${server.url}/api/v1/tasks/${task.id}/cancellation`, {
        method: 'POST',
        headers: { cookie, origin, 'content-type': 'application/json' },
        body: '{"reason":"x"}',
      })
      expect(response.status).toBe(401)
    }
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/%0d%0aset-cookie:x=y',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('is not where a sign-in leads to: %j', async (next) => {
    const { server } = open()
    const { status, headers } = await postSignIn(server, { token: server.adminToken, next })
    expect(status).toBe(303)
    const target = new URL(headers.get('location') ?? '', server.url)
    expect(target.origin).toBe(new URL(server.url).origin)
    expect(headers.get('set-cookie')).not.toContain('x=y')
  })
})

describe('a path', () => {
  it.each([
    '/_next/static/../../package.json',
    '/_next/static/..%2f..%2f..%2fpackage.json',
    '/..%2f..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/exports/incidents/..%2f..%2fetc%2fpasswd?format=csv',
    '/exports/incidents/x%0d%0aset-cookie:%20a=b?format=json',
  ])('leads to no file of ours: %s', async (path) => {
    const { server } = open()
    const cookie = await signInWith(server, server.adminToken)
    const { status, text, headers } = await getPage(server, path, { cookie })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toMatch(/"dependencies"|root:x:/)
    expect(headers.getSetCookie()).toEqual([])
  })

  it('names a download safely', async () => {
    const { server } = open()
    const cookie = await signInWith(server, server.adminToken)
    for (const format of ['csv', 'json', '"; filename=evil.exe', '../../x']) {
      const { headers } = await getPage(server, `/exports/tasks?format=${encodeURIComponent(format)}`, { cookie })
      expect(headers.get('content-disposition')).toMatch(/^attachment; filename="tasks-[0-9T-]+\.(csv|json)"$/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})
