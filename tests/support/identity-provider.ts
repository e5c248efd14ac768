/** A real provider of identities on loopback: signs in whoever is named, without asking, and tells their groups. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import OidcProvider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'

export interface TestProvider {
  readonly issuer: string
  /** Who the next browser turns out to be. */
  signsIn(person: Person): void
  stop(): Promise<void>
}

export interface Person {
  readonly subject: string
  readonly name: string
  readonly login: string
  readonly groups: readonly string[]
}

export const CLIENT = { id: 'rollcall', secret: 'a-secret-of-the-tests' }

export async function startIdentityProvider(redirectUri: string): Promise<TestProvider> {
  let person: Person = { subject: 'nobody', name: 'Nobody', login: 'nobody', groups: [] }
  const people = new Map<string, Person>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on a port of loopback, it has one.
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const provider = new OidcProvider(issuer, configuration(redirectUri, people))
  server.on('request', (request, response) => {
    const [, uid] = /^\/interaction\/([\w-]+)/.exec(request.url ?? '') ?? []
    if (uid === undefined) return void provider.callback()(request, response)
    people.set(person.subject, person)
    void confirm(provider, request, response, person.subject)
  })
  return {
    issuer,
    signsIn(next) {
      person = next
    },
    stop: () => (server.listening ? stop(server) : Promise.resolve()),
  }
}

type Call = Parameters<OidcProvider['interactionDetails']>

/** Both steps of a provider's own pages at once: who it is, and that they agree. */
async function confirm(provider: OidcProvider, request: Call[0], response: Call[1], accountId: string): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId } })
    return
  }
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

function configuration(redirectUri: string, people: ReadonlyMap<string, Person>): Configuration {
  return {
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] },
        ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      },
    ],
    pkce: { required: () => true, methods: ['S256'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: KoaContextWithOIDC, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => {
        const { name = '', login = '', groups = [] } = people.get(sub) ?? {}
        return { sub, name, preferred_username: login, groups: [...groups] }
      },
    }),
  }
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
