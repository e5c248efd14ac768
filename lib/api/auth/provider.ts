/**
 * Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, checked by a certified library. What a
 * browser has to come back with is kept in a cookie of its own, so that an answer meant for one opens nothing in another.
 */
import * as oidc from 'openid-client'
import { log } from '#lib/log.ts'
import { TaskError } from '#lib/task/errors.ts'
import { type Identity, identityOf, type Provider } from '#lib/task/provider.ts'

const CALLBACK_PATH = '/sign-in/provider/callback'
const ANSWER_LIMIT_S = 10

export interface Challenge {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface IdentityProvider {
  readonly name: string
  readonly issuer: string
  /** Where to send the browser, and what it must be able to show when it comes back. */
  begin(): Promise<{ readonly url: string; readonly challenge: Challenge }>
  /** `search` is the query that the provider has sent the browser back with. */
  finish(search: string, challenge: Challenge): Promise<Identity>
}

export function createProvider(settings: Provider, secret: string | undefined, publicUrl: string): IdentityProvider {
  const redirectUri = publicUrl + CALLBACK_PATH
  let discovered: Promise<oidc.Configuration> | undefined

  /** Asked for when it is first needed; a provider that did not answer is asked again. */
  function discover(): Promise<oidc.Configuration> {
    discovered ??= discovery(settings, secret).catch((error: unknown) => {
      discovered = undefined
      throw unreachable(settings, error)
    })
    return discovered
  }

  return {
    name: settings.name,
    issuer: settings.issuer,
    async begin() {
      const configuration = await discover()
      const challenge = {
        ...{ state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() },
      }
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(challenge.verifier),
        code_challenge_method: 'S256',
        state: challenge.state,
        nonce: challenge.nonce,
      })
      return { url: url.href, challenge }
    },
    async finish(search, { state, nonce, verifier }) {
      const configuration = await discover()
      try {
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
        const answer = await oidc.authorizationCodeGrant(configuration, new URL(redirectUri + search), checks)
        const claims: Record<string, unknown> = { ...answer.claims() }
        // Some tell groups, or names, only to whoever asks with the access token.
        if (claims[settings.groupsClaim] === undefined && configuration.serverMetadata().userinfo_endpoint) {
          Object.assign(claims, await oidc.fetchUserInfo(configuration, answer.access_token, String(claims.sub)))
        }
        return identityOf(settings, claims)
      } catch (error) {
        log.warn(`a sign-in by the provider was refused: ${sentence(error)}`)
        throw new TaskError('unauthenticated', `${settings.name} did not confirm who you are. Try again.`)
      }
    },
  }
}

async function discovery(settings: Provider, secret: string | undefined): Promise<oidc.Configuration> {
  const issuer = new URL(settings.issuer)
  // Only on this very machine: the configuration refuses any other http:// address.
  const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret)
  const metadata = secret === undefined ? {} : { client_secret: secret }
  const options = { execute, timeout: ANSWER_LIMIT_S }
  return oidc.discovery(issuer, settings.clientId, metadata, authentication, options)
}

function unreachable({ name, issuer }: Provider, error: unknown): TaskError {
  log.error(`the provider at ${issuer} cannot be used: ${sentence(error)}`)
  return new TaskError('unavailable', `${name} does not answer. Try again, or sign in with a password.`)
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.name}: ${error.message}${cause}`
}
