import type { Metadata } from 'next'
import { Activity } from '#components/activity/activity-later.tsx'
import { ThroughputPanel } from '#components/activity/throughput-panel.tsx'
import { FirstRun } from '#components/first-run/first-run-later.tsx'
import { HealthStrip } from '#components/health/health-strip.tsx'
import { StandingStrip } from '#components/health/standing-strip.tsx'
import { OpenIncidents } from '#components/incident/open-incidents.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listIncidents, readHealth, readStandings, readThroughput } from '#lib/ledger/index.ts'
import { ReadThroughput } from '#lib/task/throughput.ts'
import { hasHistory } from './tasks/read-list.ts'

export const metadata: Metadata = { title: 'Now' }

const INCIDENTS = 10
const POLL_MS = 3000

export default async function NowPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const context = await requireContext('/')
  // Whatever else stands in the address is an hour.
  const { window = '1h' } = ReadThroughput.catch({}).parse({ window: (await searchParams).window })
  const [health, standings, { incidents }, throughput] = await Promise.all([
    readHealth(context),
    readStandings(context),
    listIncidents(context, { state: 'open', limit: INCIDENTS }),
    readThroughput(context, { window }),
  ])
  const empty = Object.values(standings).every(({ count }) => count === 0)
  if (empty && !(await hasHistory(context))) return <FirstRun database={health.database} />
  return (
    <>
      <h1 className="sr-only">Now</h1>
      <LiveRecords prefixes={['task.', 'worker.', 'incident.', 'recovery.']} pollMs={POLL_MS} />
      <HealthStrip database={health.database} />
      <StandingStrip standings={standings} />
      <OpenIncidents incidents={incidents} />
      <ThroughputPanel throughput={throughput} window={window} />
      <Activity />
    </>
  )
}
