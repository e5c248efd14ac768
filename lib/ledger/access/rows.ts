/** Rows of access as the databases give them, and the records that leave the ledger. */
import type { Row } from '#lib/db/types.ts'
import { instant, instantOrNull } from '#lib/ledger/core/rows.ts'
import type { AccessLink, Member, MemberRole, Token } from '#lib/task/schema.ts'

export interface MemberRow {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly role: MemberRole
  readonly password_hash: string | null
  readonly created_at: number
  readonly signed_in_at: number | null
  readonly removed_at: number | null
}

export interface LinkRow {
  readonly id: string
  readonly kind: AccessLink['kind']
  readonly role: MemberRole | null
  readonly member_id: string | null
  readonly name: string | null
  readonly expires_at: number
  readonly used_at: number | null
  readonly revoked_at: number | null
}

// Numbers come as bigint or number by the engine; the columns themselves are the tables', and CHECKs hold the words.
export function toMemberRow(row: Row): MemberRow {
  return { ...(row as unknown as MemberRow), created_at: Number(row.created_at) }
}

export function toLinkRow(row: Row): LinkRow {
  return { ...(row as unknown as LinkRow), expires_at: Number(row.expires_at) }
}

export function toMember(row: Row): Member {
  return {
    id: row.id as string,
    login: row.login as string,
    name: row.name as string,
    role: row.role as MemberRole,
    way: row.password_hash === null ? 'provider' : 'password',
    createdAt: instant(row.created_at),
    signedInAt: instantOrNull(row.signed_in_at),
  }
}

export function toLink(row: Row): AccessLink {
  return {
    id: row.id as string,
    kind: row.kind as AccessLink['kind'],
    role: row.role as MemberRole | null,
    memberId: row.member_id as string | null,
    name: row.name as string | null,
    createdBy: row.created_by as string,
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    usedAt: instantOrNull(row.used_at),
    revokedAt: instantOrNull(row.revoked_at),
  }
}

export function toToken(row: Row): Token {
  return {
    id: row.id as string,
    name: row.name as string,
    role: row.role as Token['role'],
    createdBy: row.created_by as string | null,
    createdAt: instant(row.created_at),
    expiresAt: instantOrNull(row.expires_at),
    lastUsedAt: instantOrNull(row.last_used_at),
    replacedBy: row.replaced_by as string | null,
    revokedAt: instantOrNull(row.revoked_at),
  }
}
