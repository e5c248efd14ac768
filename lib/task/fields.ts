/** The fields that records and commands are made of, and the limits that hold for all of them. */
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { ATTEMPT_STATUSES, TASK_STATUSES } from './states.ts'

export * from './limits.ts'

/** Minted by callers or by the server (UUIDv7). No control characters, no spaces, no slashes: it stands in URLs and logs. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, {
  error: 'must be 1 to 128 letters, digits or ._:@- and begin with a letter or digit',
})
/** A line of words: something to read, and no control characters, so that it can stand in a log line or a table cell. */
export const Line = z
  .string()
  .min(1)
  .max(LIMITS.titleLength)
  .regex(/^(?=.*\S)\P{Cc}*$/u, { error: 'must have something to read, and no control characters' })
/** Of an act of a person. */
export const Reason = Line.describe('why, kept for ever; mandatory for every act of a person')
export const Text = z.string().max(LIMITS.textLength)
/** What somebody wants to be on record. */
export const Note = Text.regex(/\S/, { error: 'must say something' })
/** A session is named by its agent's provider, so its id is any line, not one of our ids. */
export const SessionId = Line.max(200)
export const Instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 instant with an offset, such as 2026-11-21T08:00:00.123Z' })
  .describe('ISO 8601 instant; always UTC with milliseconds in answers')
export const Labels = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/), z.string().max(200))
  .refine((labels) => Object.keys(labels).length <= LIMITS.labels, { error: `at most ${LIMITS.labels} labels` })
export const Skill = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,62}$/)
export const Skills = z.array(Skill).max(LIMITS.skills)
/** Shallow enough for every parser that it meets; SQLite's gives up at 1,000 levels. */
export const Json: z.ZodType<unknown> = z
  .unknown()
  .refine(isShallow, { error: `must not be nested deeper than ${LIMITS.jsonDepth} levels`, abort: true })
  .pipe(z.json())
export const Count = z.int().min(0)
const Integer = z.int().max(LIMITS.integerMax)
export const Ordinal = Integer.min(1)
export const SmallCount = Integer.min(0)
export const Money = z.number().min(0)
/** Of one report: sums of them stay numbers. */
export const ReportedMoney = Money.max(LIMITS.costUsdMax)

export const TaskStatusName = z.enum(TASK_STATUSES)
export const AttemptStatusName = z.enum(ATTEMPT_STATUSES)
export const WORKER_STATES = ['alive', 'draining', 'stopped', 'dead'] as const
export type WorkerState = (typeof WORKER_STATES)[number]
export const DEATH_KINDS = ['proven', 'suspected', 'declared', 'replaced'] as const
export type DeathKind = (typeof DEATH_KINDS)[number]
export const NEXT_ACTIONS = ['reassign', 'resume', 'hold', 'fail', 'compensate', 'quarantine', 'abort'] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]
export const OPERATION_ACTIONS = [
  ...(['fail', 'reassign', 'cancel', 'note'] as const),
  ...(['hold', 'release', 'quarantine', 'compensate'] as const),
] as const
export type OperationAction = (typeof OPERATION_ACTIONS)[number]
export const ROLES = ['worker', 'viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]
export const ACTOR_KINDS = ['worker', 'person', 'token', 'system'] as const

/** What every list takes: a place in it, and how much from there. */
export const paging = {
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.page).optional(),
}

/** Without recursion: what is too deep for that is what it looks for. */
function isShallow(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.jsonDepth) return false
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return true
}
