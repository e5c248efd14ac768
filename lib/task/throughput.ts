/** How much was done in a window of time, and what came of it. */
import { z } from 'zod'
import { Count, Instant } from './fields.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What counts: a task that was put on record, and each time that one came to one of these. */
export const THROUGHPUT_OUTCOMES = [
  ...(['created', 'success', 'failed', 'interrupted'] as const),
  ...(['cancelled', 'compensated', 'quarantined', 'aborted_no_skill'] as const),
] as const
export type ThroughputOutcome = (typeof THROUGHPUT_OUTCOMES)[number]

/** How long a window is, in spans of how long it is told, and which of the maintained spans these are summed from. */
export const THROUGHPUT_WINDOWS = {
  '1h': { lengthMs: HOUR_MS, spanMs: MINUTE_MS, keptMs: MINUTE_MS },
  '24h': { lengthMs: 24 * HOUR_MS, spanMs: 15 * MINUTE_MS, keptMs: MINUTE_MS },
  '7d': { lengthMs: 168 * HOUR_MS, spanMs: 2 * HOUR_MS, keptMs: HOUR_MS },
} as const
export type ThroughputWindow = keyof typeof THROUGHPUT_WINDOWS

/** The spans that are maintained, and how long each is kept. */
export const KEPT_SPANS = [
  { spanMs: MINUTE_MS, forMs: 25 * HOUR_MS },
  { spanMs: HOUR_MS, forMs: 400 * 24 * HOUR_MS },
] as const

const Counts = z.record(z.enum(THROUGHPUT_OUTCOMES), Count)

export const Throughput = z.object({
  since: Instant,
  until: Instant,
  spanMs: z.int().describe('how long each of the spans is'),
  spans: z.array(z.object({ at: Instant, counts: Counts })).describe('oldest first, without a gap'),
  totals: Counts,
})
export type Throughput = z.infer<typeof Throughput>

export const ReadThroughput = z.strictObject({
  window: z.enum(['1h', '24h', '7d']).optional().describe('an hour, unless given'),
})
export type ReadThroughput = z.infer<typeof ReadThroughput>
