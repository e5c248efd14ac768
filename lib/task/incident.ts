/** Records of what ended workers together, and of what holds automatic recovery back. */
import { z } from 'zod'
import { Count, Id, Instant, Money } from './fields.ts'

export const INCIDENT_CAUSES = ['worker_death', 'worker_shutdown', 'host_reboot', 'mass_event'] as const
export type IncidentCause = (typeof INCIDENT_CAUSES)[number]

/** What was at stake: work that stood unfinished when its worker ended. */
export const CutShort = z.object({
  attempts: Count.describe('attempts that it ended; of 10,000 tasks at most'),
  workedMs: Count.describe('from the start of each until it was last heard of, added up'),
  costUsd: Money.nullable().describe('the sum of what they had reported; null when none did'),
  costUnknown: Count.describe('of these attempts: had reported no cost'),
  kept: Count.describe('of these attempts: their report was adopted, or the next one went on from where they were'),
})
export type CutShort = z.infer<typeof CutShort>

export const Incident = z.object({
  id: Id,
  cause: z.enum(INCIDENT_CAUSES),
  title: z.string(),
  workerId: Id.nullable().describe('the worker that ended; null once others ended by the same cause'),
  host: z.string().nullable().describe('the host of its workers; null when they were on several'),
  workers: Count.describe('workers that ended by it'),
  waves: z.int().min(1).describe('how often tasks of it were reassigned and died together again, and the first time'),
  owner: z.string().nullable(),
  ownedAt: Instant.nullable(),
  openedAt: Instant,
  resolvedAt: Instant.nullable(),
  resolvedBy: z.string().nullable(),
  resolution: z.string().nullable(),
  brakedAt: Instant.nullable().describe('since when automatic recovery of its tasks waits for an operator'),
  brakeReason: z.string().nullable(),
  mergedInto: Id.nullable().describe('the incident that it turned out to be a part of'),
  total: Count.describe('tasks that it interrupted; counted up to 10,000'),
  recovered: Count.describe('of these: succeeded, or on a later attempt that nothing has ended for good'),
  failed: Count.describe('of these: sealed as anything but success'),
  open: Count.describe('of these: not sealed, and on no later attempt yet'),
  cutShort: CutShort,
})
export type Incident = z.infer<typeof Incident>

/** Many workers fell silent at once: the network may be to blame, so they are given up slowly. */
export const Storm = z.object({
  since: Instant,
  waiting: Count.describe('workers whose lease is over and that are not given up yet'),
})
export type Storm = z.infer<typeof Storm>

export const RecoveryPause = z.object({
  id: Id,
  reason: z.string(),
  actorName: z.string(),
  startedAt: Instant,
  until: Instant,
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
})
export type RecoveryPause = z.infer<typeof RecoveryPause>
