/** The record of an act: who did what to what, by which way in, why, and what came of it. */
import { z } from 'zod'
import { ERROR_CODES } from './errors.ts'
import { ACTOR_KINDS, Count, Instant, Json, paging, ROLES } from './fields.ts'

export const AUDIT_WAYS = ['web', 'api', 'cli', 'system'] as const
export type AuditWay = (typeof AUDIT_WAYS)[number]
export const AUDIT_RESULTS = ['done', ...ERROR_CODES] as const

const Hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'a SHA-256 in hex' })
const Place = z.int().min(0)

export const AuditEntry = z.object({
  seq: z.int().min(1).describe('its place in the chain, without gaps'),
  at: Instant,
  actor: z.object({
    kind: z.enum(ACTOR_KINDS),
    name: z.string(),
    role: z.enum(ROLES),
    id: z.string().nullable().describe('the member or the token'),
  }),
  via: z.enum(AUDIT_WAYS).describe('the way in; cli is what the command says of itself'),
  action: z.string(),
  target: z.object({ kind: z.string(), id: z.string() }).nullable(),
  before: Json.nullable(),
  after: Json.nullable(),
  reason: z.string().nullable(),
  requestId: z.string().nullable(),
  result: z.enum(AUDIT_RESULTS).describe('done, or the code of the refusal'),
  detail: z.string().nullable().describe('why it was refused'),
  previousHash: Hash,
  hash: Hash,
})
export type AuditEntry = z.infer<typeof AuditEntry>

const word = z.string().min(1).max(200)
export const ListAudit = z.strictObject({
  actor: word.optional().describe('name of whoever acted'),
  action: word.optional(),
  target: word.optional().describe('id of the task, worker, incident, token, ...'),
  result: z.enum(['done', 'refused']).optional(),
  via: z.enum(AUDIT_WAYS).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
  ...paging,
})
export type ListAudit = z.infer<typeof ListAudit>

/** A place in the chain and its hash, noted elsewhere: the log cannot be made anew behind it. */
export const AuditAnchor = z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/, { error: 'a place, a colon and its hash' })

export const VerifyAudit = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('go on after this place'),
  limit: z.coerce.number().int().min(1).max(20_000).optional(),
  expect: AuditAnchor.optional().describe('a head that an earlier verification printed, as place:hash'),
})
export type VerifyAudit = z.infer<typeof VerifyAudit>

export const AUDIT_FAULTS = ['changed', 'removed', 'inserted', 'moved', 'head'] as const
export const AuditFault = z.object({ seq: Place, kind: z.enum(AUDIT_FAULTS), detail: z.string() })
export type AuditFault = z.infer<typeof AuditFault>

export const AuditVerification = z.object({
  ok: z.boolean(),
  checked: Count,
  from: Place.describe('the first entry that is still kept'),
  faults: z.array(AuditFault).describe('the first 100'),
  head: z.object({ seq: Place, hash: Hash }).describe('note it elsewhere and give it to a later verification'),
  next: Place.nullable().describe('where to go on; null at the end of the chain'),
})
export type AuditVerification = z.infer<typeof AuditVerification>
