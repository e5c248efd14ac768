import type { Metadata } from 'next'
import { Activity } from '#components/activity-later.tsx'
import { FirstRun } from '#components/first-run-later.tsx'
import { HealthStrip } from '#components/health-strip.tsx'
import { LiveRecords } from '#components/live-records.tsx'
import { OpenIncidents } from '#components/open-incidents.tsx'
import { StandingStrip } from '#components/standing-strip.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listIncidents, readHealth, readStandings } from '#lib/ledger/index.ts'
import { hasHistory } from './tasks/read-list.ts'

export const metadata: Metadata = { title: 'Now' }

const INCIDENTS = 10
const POLL_MS = 3000

export default async function NowPage() {
  const context = await requireContext('/')
  const [health, standings, { incidents }] = await Promise.all([
    readHealth(context),
    readStandings(context),
    listIncidents(context, { state: 'open', limit: INCIDENTS }),
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
      <Activity />
    </>
  )
}
