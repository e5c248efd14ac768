/** What is believed of a provider's answer: each of state, nonce and PKCE is looked at, by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Challenge, createProvider, type IdentityProvider } from '#lib/api/auth/provider.ts'
import { Provider } from '#lib/task/provider.ts'
import { CLIENT, startIdentityProvider, type TestProvider } from '../support/identity-provider.ts'
import { openPlainBrowser } from '../support/plain-browser.ts'

const HOME = 'http://127.0.0.1:9'
const SETTINGS = { name: 'Acme', clientId: CLIENT.id, clientSecret: 'SECRET', roles: { viewer: ['staff'] } }
const OTHER = 'x'.repeat(43)

describe('an answer of the provider', () => {
  let provider: TestProvider
  let ours: IdentityProvider
  beforeAll(async () => {
    provider = await startIdentityProvider(`${HOME}/sign-in/provider/callback`)
    provider.signsIn({ subject: 'subject-ana', name: 'Ana Ruiz', login: 'Ana', groups: ['staff'] })
    ours = createProvider(Provider.parse({ ...SETTINGS, issuer: provider.issuer }), CLIENT.secret, HOME)
  })
  afterAll(() => provider?.stop())

  /** As far as the way back to us. */
  async function wayBack(): Promise<{ search: string; challenge: Challenge }> {
    const { url, challenge } = await ours.begin()
    const { url: back } = await openPlainBrowser(HOME).go(url, ({ origin }) => origin === HOME)
    return { search: back.search, challenge }
  }

  it('tells who it is, and by the groups in which role', async () => {
    const { search, challenge } = await wayBack()
    expect(await ours.finish(search, challenge)).toEqual({
      ...{ subject: 'subject-ana', login: 'ana', name: 'Ana Ruiz', role: 'viewer' },
    })
  })

  it.each(['state', 'nonce', 'verifier'] as const)('is refused with another %s', async (which) => {
    const { search, challenge } = await wayBack()
    await expect(ours.finish(search, { ...challenge, [which]: OTHER })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })

  it('is good once', async () => {
    const { search, challenge } = await wayBack()
    await ours.finish(search, challenge)
    await expect(ours.finish(search, challenge)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is refused when it is to another client', async () => {
    const { search, challenge } = await wayBack()
    const stranger = createProvider(Provider.parse({ ...SETTINGS, issuer: provider.issuer }), 'a wrong secret', HOME)
    await expect(stranger.finish(search, challenge)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('that says no is a no', async () => {
    const { challenge } = await wayBack()
    const search = `?error=access_denied&state=${challenge.state}&iss=${encodeURIComponent(provider.issuer)}`
    await expect(ours.finish(search, challenge)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is not waited for where nobody listens', async () => {
    const away = createProvider(Provider.parse({ ...SETTINGS, issuer: 'http://127.0.0.1:9/' }), CLIENT.secret, HOME)
    await expect(away.begin()).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('a provider of the configuration', () => {
  it('is on https, or on this very machine', () => {
    const given = (issuer: string) => Provider.safeParse({ ...SETTINGS, issuer }).success
    expect(['https://id.example', 'http://127.0.0.1:4000', 'http://localhost/'].map(given)).toEqual([true, true, true])
    const others = [
      'http://id.example',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'file:///x',
      'id.example',
    ]
    expect(others.map(given)).toEqual(others.map(() => false))
  })
})
