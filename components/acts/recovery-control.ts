import type { Role } from '#lib/task/schema.ts'
import type { Act } from './task-acts.ts'

/** Who may hold automatic recovery back, and how. */
export interface RecoveryControl {
  readonly role: Role
  readonly pause: Act
  readonly unpause: Act
}
