/** What every operation gets: the database, who asks, and how to recover. The transaction adds its one `now`. */
import type { Database } from '#lib/db/types.ts'
import type { AuditWay } from '#lib/task/audit.ts'
import type { RecoveryPolicy } from '#lib/task/recovery.ts'
import type { Role } from '#lib/task/schema.ts'

export interface Actor {
  readonly kind: 'worker' | 'person' | 'token' | 'system'
  /** How history names the actor. */
  readonly name: string
  readonly role: Role
  /** The token that it came with; a worker belongs to the token that registered it. */
  readonly tokenId?: string | undefined
  /** The member who is signed in. */
  readonly memberId?: string
}

export interface Context {
  readonly db: Database
  readonly actor: Actor
  readonly policy: RecoveryPolicy
  /** The bulk act that this is a part of. */
  readonly operationId?: string
  /** An act that goes into the audit log. */
  readonly audit?: AuditedAct
}

export interface AuditedAct {
  readonly action: string
  readonly via: AuditWay
  readonly requestId: string
  /** Whether the operation of this name has entered it, in its own transaction. */
  entered: boolean
}

export const SYSTEM: Actor = { kind: 'system', name: 'rollcall', role: 'admin' }
export const COMPENSATOR: Actor = { kind: 'system', name: 'compensator', role: 'admin' }
export const SWEEPER: Actor = { kind: 'system', name: 'sweeper', role: 'admin' }
