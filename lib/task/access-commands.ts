/** The commands of members, links, sign-ins and tokens; as strict as those of commands.ts. */
import { z } from 'zod'
import { MEMBER_ROLES } from './access.ts'
import { ACCESS_LIMITS } from './access-limits.ts'
import { Id, Line, Reason, ROLES } from './fields.ts'

const Login = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{0,119}$/, { error: 'must be a user name or an e-mail address' })
const MemberName = Line.max(100).describe('how history names the member')
const Password = z
  .string()
  .min(ACCESS_LIMITS.passwordMin, { error: `must have ${ACCESS_LIMITS.passwordMin} characters at least` })
  .max(ACCESS_LIMITS.passwordMax, { error: `must have ${ACCESS_LIMITS.passwordMax} characters at most` })
const LinkMs = z.int().min(ACCESS_LIMITS.linkMsMin).max(ACCESS_LIMITS.linkMsMax)
const Secret = z.string().min(1).max(300)

/** What is typed on the page of sign-in. Anything that could not be a password is refused as a wrong one. */
export const PasswordSignIn = z.strictObject({
  login: z.string().trim().toLowerCase().min(1).max(200),
  password: z.string().min(1).max(1000),
})

export const FollowLink = z
  .strictObject({ code: Secret, login: Login.optional(), name: MemberName.optional(), password: Password })
  .refine(({ login, password }) => login === undefined || password.toLowerCase() !== login, {
    error: 'must not be the name to sign in with',
    path: ['password'],
  })
export type FollowLink = z.infer<typeof FollowLink>

export const ChangePassword = z.strictObject({ currentPassword: z.string().min(1).max(1000), password: Password })
export type ChangePassword = z.infer<typeof ChangePassword>

export const InviteMember = z.strictObject({
  role: z.enum(MEMBER_ROLES),
  name: MemberName.optional().describe('whom it is for; who follows the link chooses the name'),
  ttlMs: LinkMs.optional().describe('how long the link opens; a week unless given'),
})
export type InviteMember = z.infer<typeof InviteMember>

const memberAct = { memberId: Id, reason: Reason }
export const ChangeRole = z.strictObject({ ...memberAct, role: z.enum(MEMBER_ROLES) })
export type ChangeRole = z.infer<typeof ChangeRole>
export const RemoveMember = z.strictObject(memberAct)
export type RemoveMember = z.infer<typeof RemoveMember>
export const OfferReset = z.strictObject({ memberId: Id, ttlMs: LinkMs.optional() })
export type OfferReset = z.infer<typeof OfferReset>
export const RevokeLink = z.strictObject({ linkId: Id })
export type RevokeLink = z.infer<typeof RevokeLink>
export const EndSignIn = z.strictObject({ signInId: Id })
export type EndSignIn = z.infer<typeof EndSignIn>
export const EndSignIns = z.strictObject({ memberId: Id })
export type EndSignIns = z.infer<typeof EndSignIns>

const TokenMs = z.int().min(ACCESS_LIMITS.tokenMsMin).max(ACCESS_LIMITS.tokenMsMax)
export const CreateToken = z.strictObject({
  name: Line.max(100),
  role: z.enum(ROLES),
  ttlMs: TokenMs.optional().describe('how long it works; without it until it is revoked'),
})
export type CreateToken = z.infer<typeof CreateToken>
export const RotateToken = z.strictObject({
  tokenId: Id,
  graceMs: z
    .int()
    .min(0)
    .max(ACCESS_LIMITS.graceMsMax)
    .optional()
    .describe('how long the old one goes on working beside the new one; a day unless given'),
  ttlMs: TokenMs.optional().describe('how long the new one works; without it until it is revoked'),
})
export type RotateToken = z.infer<typeof RotateToken>
export const RevokeToken = z.strictObject({ tokenId: Id, reason: Reason.optional() })
export type RevokeToken = z.infer<typeof RevokeToken>

/** All browsers of whoever asks, but for the one that asks. */
export const EndOwnSignIns = z.strictObject({})
export type EndOwnSignIns = z.infer<typeof EndOwnSignIns>

export const UnmaskTask = z.strictObject({ taskId: Id, reason: Reason })
export type UnmaskTask = z.infer<typeof UnmaskTask>
