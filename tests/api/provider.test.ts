/** Sign-in by OpenID Connect against a real provider, by a browser of few words: it follows redirects and keeps cookies. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Member } from '#lib/task/schema.ts'
import { removeFolder } from '../support/folders.ts'
import { CLIENT, type Person, startIdentityProvider, type TestProvider } from '../support/identity-provider.ts'
import { openPlainBrowser } from '../support/plain-browser.ts'
import { freePort, type Server, startServer } from '../support/server.ts'
import { toStage } from '../support/stage.ts'

const ANA: Person = { subject: 'subject-ana', name: 'Ana Ruiz', login: 'ana', groups: ['staff', 'ledger-operators'] }

let folder: string
let provider: TestProvider
let server: Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-provider-'))
  const port = await freePort()
  provider = await startIdentityProvider(`http://127.0.0.1:${port}/sign-in/provider/callback`)
  const settings = {
    access: {
      provider: {
        ...{ name: 'Acme', issuer: provider.issuer, clientId: CLIENT.id, clientSecret: 'TEST_CLIENT_SECRET' },
        roles: { admin: ['ledger-admins'], operator: ['ledger-operators'], viewer: ['staff'] },
      },
    },
  }
  const path = join(folder, 'rollcall.json')
  writeFileSync(path, JSON.stringify(settings))
  server = await startServer({ port, env: { ROLLCALL_CONFIG: path, TEST_CLIENT_SECRET: CLIENT.secret } })
})
afterAll(async () => {
  await server?.stop()
  await provider?.stop()
  removeFolder(folder)
})

const openBrowser = () => openPlainBrowser(server.url)
const isCallback = ({ pathname }: URL) => pathname === '/sign-in/provider/callback'
const members = async (): Promise<Member[]> => (await toStage(server).admin.call('listMembers', {})).members
const signInAs = async (person: Person) => {
  provider.signsIn(person)
  return openBrowser().go('/sign-in/provider?next=/workers')
}

describe('a sign-in by the provider', { timeout: 60_000 }, () => {
  it('makes a member with the role of the groups, and leads back to the page', async () => {
    expect((await openBrowser().go('/sign-in')).text).toContain('Sign in with Acme')
    provider.signsIn(ANA)
    const browser = openBrowser()
    const { url, text } = await browser.go('/sign-in/provider?next=/workers')
    expect(url.pathname).toBe('/workers')
    expect(text).toContain('Ana Ruiz')
    expect(await members()).toMatchObject([{ login: 'ana', name: 'Ana Ruiz', role: 'operator', way: 'provider' }])
    const asked = browser.visited.find(({ pathname }) => pathname === '/auth')
    expect(asked?.searchParams.get('code_challenge_method')).toBe('S256')
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked?.searchParams.get(name)).toMatch(/^[\w-]{40,}$/)
    const cookie = browser.cookie('rollcall_session')
    expect(cookie).toMatch(/^[\w-]{43}$/)
    expect(browser.cookie('rollcall_provider')).toBeUndefined()
  })

  it('knows the member again, and gives the role that the groups now give', async () => {
    await signInAs({ ...ANA, groups: ['ledger-admins'] })
    expect(await members()).toMatchObject([{ login: 'ana', role: 'admin' }])
  })

  it('lets nobody in without a group, and signs out whoever has lost theirs', async () => {
    const stranger = await signInAs({ subject: 'subject-ben', name: 'Ben', login: 'ben', groups: ['guests'] })
    expect(stranger.url.pathname).toBe('/sign-in')
    expect(stranger.text).toContain('None of your groups may use this ledger.')
    expect(await members()).toHaveLength(1)
  })

  it('does not take somebody for another who has the same login', async () => {
    const other = await signInAs({ ...ANA, subject: 'subject-other-ana' })
    expect(other.text).toContain('Another member signs in as ana here')
    expect(await members()).toHaveLength(1)
  })

  it('takes an answer once, in the browser that asked, and with the state that it had', async () => {
    provider.signsIn(ANA)
    const browser = openBrowser()
    const { url } = await browser.go('/sign-in/provider?next=/workers', isCallback)
    const stolen = await openBrowser().go(url.pathname + url.search)
    expect(stolen.text).toContain('began in another browser')
    const forged = new URL(url)
    forged.searchParams.set('state', 'x'.repeat(43))
    expect((await browser.go(forged.pathname + forged.search)).text).toContain('Acme did not confirm who you are')
    // What was answered wrong is over: the true answer comes too late.
    expect((await browser.go(url.pathname + url.search)).text).toContain('began in another browser')
    expect(browser.cookie('rollcall_session')).toBeUndefined()
  })

  it('leads to no other site', async () => {
    provider.signsIn(ANA)
    const { url } = await openBrowser().go('/sign-in/provider?next=https://elsewhere.example/')
    expect(url.origin).toBe(new URL(server.url).origin)
  })

  it('keeps out whoever an admin has removed', async () => {
    await signInAs({ subject: 'subject-cleo', name: 'Cleo', login: 'cleo', groups: ['ledger-admins'] })
    const ana = (await members()).find(({ login }) => login === 'ana')
    await toStage(server).admin.call('removeMember', { memberId: ana?.id ?? '', reason: 'has left' })
    expect((await signInAs(ANA)).text).toContain('An admin has removed you from this ledger.')
    expect((await members()).map(({ login }) => login)).toEqual(['cleo'])
  })

  it('leaves the last admin an admin, whatever the groups say', async () => {
    await signInAs({ subject: 'subject-cleo', name: 'Cleo', login: 'cleo', groups: ['staff'] })
    expect(await members()).toMatchObject([{ login: 'cleo', role: 'admin' }])
  })

  it('is on record, done and refused', async () => {
    const { entries } = await toStage(server).admin.call('listAudit', { action: 'admitMember', limit: 50 })
    expect(entries.map(({ result }) => result)).toEqual(expect.arrayContaining(['done', 'forbidden']))
    expect(JSON.stringify(entries)).not.toContain(CLIENT.secret)
  })

  it('confirms nobody while the provider is away', async () => {
    provider.signsIn(ANA)
    const browser = openBrowser()
    const { url } = await browser.go('/sign-in/provider', isCallback)
    await provider.stop()
    expect((await browser.go(url.pathname + url.search)).text).toContain('Acme did not confirm who you are')
    expect(browser.cookie('rollcall_session')).toBeUndefined()
  })
})
