/** A provider of identities as the configuration names it, and what its claims make of somebody. Pure. */
import { z } from 'zod'
import { MEMBER_ROLES, type MemberRole } from './access.ts'
import { Line } from './fields.ts'

const Groups = z.array(Line.max(200)).max(100).default([])

export const Provider = z.strictObject({
  name: Line.max(50).describe('what stands on the button of the sign-in'),
  issuer: z
    .url({ protocol: /^https?$/, error: 'must be an https:// address' })
    .refine((url) => url.startsWith('https:') || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url), {
      error: 'must be an https:// address; http:// only on this very machine',
    }),
  clientId: Line.max(200),
  clientSecret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/, { error: 'must be the name of an environment variable' })
    .optional()
    .describe('the environment variable that holds it; without it this is a public client'),
  scopes: z.array(Line.max(100)).max(20).default(['openid', 'profile', 'email']),
  groupsClaim: Line.max(100).default('groups'),
  roles: z
    .strictObject({ admin: Groups, operator: Groups, viewer: Groups })
    .prefault({})
    .describe('the groups whose members have the role; who is in several has the highest'),
  defaultRole: z.enum(MEMBER_ROLES).nullable().default(null).describe('of whoever is in none of them; null is nobody'),
})
export type Provider = z.infer<typeof Provider>

export interface Identity {
  readonly subject: string
  readonly login: string
  readonly name: string
  readonly role: MemberRole | null
}

/** The highest role first. */
const BY_HEIGHT = MEMBER_ROLES.toReversed()
const LOGIN = /^[a-z0-9][a-z0-9._@+-]{0,119}$/

/** Claims were verified before they come here; what is no text in them counts as not said. */
export function identityOf(provider: Provider, claims: Readonly<Record<string, unknown>>): Identity {
  const subject = textOf(claims.sub) ?? ''
  const candidates = [claims.preferred_username, claims.email, claims.sub].map((claim) => textOf(claim)?.toLowerCase())
  const login = candidates.find((candidate) => candidate !== undefined && LOGIN.test(candidate)) ?? ''
  const name = (textOf(claims.name) ?? login).replaceAll(/\p{Cc}/gu, ' ').slice(0, 100)
  return { subject, login, name, role: roleOf(provider, claims[provider.groupsClaim]) }
}

function roleOf({ roles, defaultRole }: Provider, claim: unknown): MemberRole | null {
  const groups = new Set([claim].flat())
  return BY_HEIGHT.find((role) => roles[role].some((group) => groups.has(group))) ?? defaultRole
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : undefined
}
