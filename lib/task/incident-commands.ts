/** What the operations on incidents and on the pause of recovery take. */
import { z } from 'zod'
import { Id, Instant, Note, paging, Reason } from './fields.ts'

export const ListIncidents = z.strictObject({ state: z.enum(['open', 'resolved']).optional(), ...paging })
export type ListIncidents = z.infer<typeof ListIncidents>
export const ListIncidentEvents = z.strictObject({ incidentId: Id, ...paging })
export type ListIncidentEvents = z.infer<typeof ListIncidentEvents>

export const TakeIncident = z.strictObject({ incidentId: Id })
export type TakeIncident = z.infer<typeof TakeIncident>
export const DropIncident = z.strictObject({ incidentId: Id })
export type DropIncident = z.infer<typeof DropIncident>
export const NoteIncident = z.strictObject({ incidentId: Id, text: Note })
export type NoteIncident = z.infer<typeof NoteIncident>
export const ResolveIncident = z.strictObject({ incidentId: Id, reason: Reason })
export type ResolveIncident = z.infer<typeof ResolveIncident>
export const ReleaseIncident = z.strictObject({ incidentId: Id, reason: Reason })
export type ReleaseIncident = z.infer<typeof ReleaseIncident>

/** A pause that nobody ends ends itself: work that nobody recovers for ever is worse than work recovered too early. */
export const PAUSE_MS_MAX = 7 * 86_400_000
export const PauseRecovery = z
  .strictObject({
    reason: Reason,
    until: Instant.optional(),
    forMs: z.int().min(1000).max(PAUSE_MS_MAX).optional(),
  })
  .refine(({ until, forMs }) => (until === undefined) !== (forMs === undefined), {
    error: 'exactly one of until and forMs must be given',
    path: ['until'],
  })
export type PauseRecovery = z.infer<typeof PauseRecovery>
export const UnpauseRecovery = z.strictObject({ pauseId: Id, reason: Reason.optional() })
export type UnpauseRecovery = z.infer<typeof UnpauseRecovery>
