/** Records of who may do what: members, the links that make them, browsers that are signed in, tokens. */
import { z } from 'zod'
import { Id, Instant, Json, ROLES } from './fields.ts'

export const MEMBER_ROLES = ['viewer', 'operator', 'admin'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]
export const LINK_KINDS = ['setup', 'invitation', 'reset'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

export const Member = z.object({
  id: Id,
  login: z.string().describe('what is typed to sign in: a user name or an e-mail address'),
  name: z.string().describe('how history names the member'),
  role: z.enum(MEMBER_ROLES),
  way: z.enum(['password', 'provider']).describe('how the member signs in'),
  createdAt: Instant,
  signedInAt: Instant.nullable().describe('the last time'),
})
export type Member = z.infer<typeof Member>

/** A link as lists show it; its address was shown once, when it was made. */
export const AccessLink = z.object({
  id: Id,
  kind: z.enum(LINK_KINDS),
  role: z.enum(MEMBER_ROLES).nullable().describe('of an invitation: what whoever follows it becomes'),
  memberId: Id.nullable().describe('of a reset: whose password'),
  name: z.string().nullable().describe('whom it is for'),
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  usedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
})
export type AccessLink = z.infer<typeof AccessLink>

/** A browser in which somebody is signed in. */
export const SignIn = z.object({
  id: Id,
  memberId: Id.nullable(),
  tokenId: Id.nullable().describe('the token that it was begun with; it ends with it'),
  name: z.string().describe('of the member or the token'),
  role: z.enum(ROLES),
  address: z.string().nullable(),
  agent: z.string().nullable().describe('what the browser says it is'),
  createdAt: Instant,
  seenAt: Instant.describe('to the minute'),
  expiresAt: Instant,
})
export type SignIn = z.infer<typeof SignIn>

/** A token as lists show it; its secret was shown once, when it was made. */
export const Token = z.object({
  id: Id,
  name: z.string(),
  role: z.enum(ROLES),
  createdBy: z.string().nullable(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable().describe('to the minute'),
  replacedBy: Id.nullable().describe('the token that took its place; until expiresAt both work'),
  revokedAt: Instant.nullable(),
})
export type Token = z.infer<typeof Token>

/** The contents of a task as they stand, past every mask. */
export const Unmasked = z.object({ payload: Json, artifacts: Json, errorMessage: z.string().nullable() })
export type Unmasked = z.infer<typeof Unmasked>
