/** Reads the maintained counts: as quick in a ledger of ten million tasks as in an empty one. */
import type { Context } from '#lib/ledger/core/context.ts'
import { instant } from '#lib/ledger/core/rows.ts'
import {
  type ReadThroughput,
  THROUGHPUT_OUTCOMES,
  THROUGHPUT_WINDOWS,
  type Throughput,
  type ThroughputOutcome,
} from '#lib/task/throughput.ts'

type Counts = Record<ThroughputOutcome, number>

export async function readThroughput({ db }: Context, { window = '1h' }: ReadThroughput): Promise<Throughput> {
  const { lengthMs, spanMs, keptMs } = THROUGHPUT_WINDOWS[window]
  const now = await db.now()
  const until = now - (now % spanMs) + spanMs
  const since = until - lengthMs
  const rows = await db.read(
    `SELECT bucket, outcome, count FROM rollups WHERE span_ms = $1 AND bucket >= $2 AND bucket < $3`,
    [keptMs, since, until],
  )
  const spans = Array.from({ length: lengthMs / spanMs }, (_, place) => ({
    at: instant(since + place * spanMs),
    counts: nothing(),
  }))
  const totals = nothing()
  for (const row of rows) {
    // Only these are ever counted.
    const outcome = row.outcome as ThroughputOutcome
    const span = spans[Math.floor((Number(row.bucket) - since) / spanMs)]
    if (span) span.counts[outcome] += Number(row.count)
    totals[outcome] += Number(row.count)
  }
  return { since: instant(since), until: instant(until), spanMs, spans, totals }
}

function nothing(): Counts {
  // The keys are the outcomes.
  return Object.fromEntries(THROUGHPUT_OUTCOMES.map((outcome) => [outcome, 0])) as Counts
}
