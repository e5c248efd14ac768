/**
 * How this installation runs its ledger: one object that the configuration file fills in, checked when the program
 * boots. Durations are in milliseconds. A key that nobody knows is refused: a typing error must not pass for a setting.
 */
import { z } from 'zod'
import { CompensationKind, NOTHING_TO_UNDO } from './compensation.ts'
import { Line } from './fields.ts'
import { MaskRule } from './masks.ts'
import { Provider } from './provider.ts'

const DAY_MS = 86_400_000
/** Of any wait, by whoever it was set. */
export const DURATION_MS_MAX = 365 * DAY_MS
const Duration = z.int().min(0).max(DURATION_MS_MAX)
const StrategyName = z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, { error: 'must be the name of a strategy' })

export const VIEWER_SIGHTS = ['payload', 'errors', 'output'] as const
export type ViewerSight = (typeof VIEWER_SIGHTS)[number]

const StrategyRule = z
  .strictObject({
    agent: Line.max(200).optional(),
    label: Line.max(300).optional().describe('key or key=value'),
    strategy: StrategyName,
  })
  .refine((rule) => rule.agent !== undefined || rule.label !== undefined, { error: 'must name an agent or a label' })
export type StrategyRule = z.infer<typeof StrategyRule>

const Handler = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .max(2000)
    .refine((url) => !/^https?:\/\/[^/]*@/.test(url), { error: 'must hold no user or password: use "secret"' }),
  secret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/, { error: 'must be the name of an environment variable' })
    .optional()
    .describe('the environment variable that holds what calls are signed with'),
})

const Compensating = z.strictObject({
  handlers: z
    .record(
      CompensationKind.refine((kind) => kind !== NOTHING_TO_UNDO, { error: '"none" undoes nothing' }),
      Handler,
    )
    .default({})
    .describe('by kind, the HTTP address that undoes it; other kinds need a worker with the skill compensate:<kind>'),
  triesMax: z.int().min(1).max(20).default(3).describe('tries of one step; after them the task is quarantined'),
  timeoutMs: z.int().min(100).max(300_000).default(10_000).describe('how long a handler may take'),
  backoffMs: Duration.default(5000).describe('from a failed try to the next one; later ones wait longer'),
  workerTimeoutMs: Duration.min(1000).default(DAY_MS).describe('how long a worker may take, from its being asked'),
  concurrency: z.int().min(1).max(100).default(4).describe('handlers called at once by one server'),
})

const Sending = z.strictObject({
  triesMax: z.int().min(1).max(20).default(8).describe('tries of one delivery; after them it is given up'),
  timeoutMs: z.int().min(100).max(60_000).default(10_000).describe('how long a receiver may take'),
  backoffMs: Duration.default(10_000).describe('from a failed try to the next one; later ones wait longer'),
  concurrency: z.int().min(1).max(100).default(8).describe('deliveries under way at once in one server'),
  allow: z
    .array(z.string().min(1).max(255))
    .max(100)
    .default([])
    .describe('host names, addresses and blocks (10.0.0.0/8) that may be sent to although they are not public'),
})

const PerSecond = z.int().min(1).max(1_000_000).nullable()
const RateLimits = z.strictObject({
  tokenPerSecond: PerSecond.default(10_000).describe('requests of one token; null is without a limit'),
  addressPerSecond: PerSecond.default(200).describe('pages, and requests without a valid token, of one address'),
})

const Access = z.strictObject({
  signInMs: Duration.min(60_000)
    .default(7 * DAY_MS)
    .describe('how long a browser stays signed in'),
  idleMs: Duration.min(60_000).default(DAY_MS).describe('and how long without being used'),
  provider: Provider.nullable().default(null).describe('of identities, by OpenID Connect'),
})

export const Settings = z.strictObject({
  strategy: StrategyName.default('fail-and-reassign').describe('what becomes of a task that names no strategy itself'),
  strategies: z.array(StrategyRule).max(100).default([]).describe('the first rule that matches a task decides'),
  strategyModules: z.array(z.string().min(1)).max(20).default([]).describe('files whose default export is a strategy'),
  compensation: Compensating.prefault({}).describe('how side effects are undone'),
  firstDelayMs: Duration.default(10_000).describe('from an interruption or a failure to the first reassignment'),
  resumesMax: z.int().min(0).max(100).default(2).describe('how often a task goes on from a checkpoint; 0 is never'),
  noProgress: z
    .enum(['show', 'interrupt'])
    .default('show')
    .describe('what becomes of an attempt that is silent for longer than the progressTimeoutMs of its task'),
  isolationWaitMs: Duration.default(60_000).describe(
    'how long a suspect waits for an idle worker to run alone on, after it is due',
  ),
  stormPaceMs: Duration.default(10_000).describe('in a storm one silent worker is given up in this time'),
  massReassignPerSecond: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('how many tasks of a mass event go back to work in its first seconds; doubles every ten seconds'),
  noSkillAfterMs: Duration.default(15 * 60_000).describe('how long a task waits for a worker with its skills'),
  assignedTtlMs: Duration.default(15 * 60_000).describe(
    'how long an assigned task waits before it goes back to queued',
  ),
  exclusionMs: Duration.default(60_000).describe(
    'how long a task avoids the worker that lost it, while another can do it',
  ),
  outputBytesMax: z
    .int()
    .min(64 * 1024)
    .max(1024 ** 3)
    .default(8 * 1024 * 1024)
    .describe('output kept of one attempt; past it the oldest goes'),
  rateLimits: RateLimits.prefault({}).describe('twice as many may come at once; each server counts for itself'),
  webhooks: Sending.prefault({}).describe('how alerts are sent'),
  viewersSee: z
    .array(z.enum(VIEWER_SIGHTS))
    .default([])
    .describe('contents that a viewer may read; ids, counts and times always'),
  masks: z.array(MaskRule).max(20).default([]).describe('what is masked in contents, by role'),
  access: Access.prefault({}).describe('members and how they sign in'),
  retentionMs: z
    .int()
    .min(60_000)
    .nullable()
    .default(null)
    .describe('how long a sealed task is kept with all that belongs to it; null is for ever'),
  auditRetentionMs: z
    .int()
    .min(DAY_MS)
    .nullable()
    .default(null)
    .describe('how long an entry of the audit log is kept; null is for ever'),
})
export type Settings = z.infer<typeof Settings>

/** The defaults, with what a caller sets otherwise. */
export function settingsOf(changes: Partial<Settings> = {}): Settings {
  return { ...Settings.parse({}), ...changes }
}
