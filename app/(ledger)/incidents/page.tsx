import type { Metadata } from 'next'
import { IncidentTable } from '#components/incident/incident-table.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { plural } from '#components/look/format.ts'
import { ChipLink } from '#components/ui/chip-link.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listIncidents } from '#lib/ledger/index.ts'
import { one, orFromTop, type Parameters, readPage } from '../pages.ts'

export const metadata: Metadata = { title: 'Incidents' }

const POLL_MS = 5000
const STATES = [
  { state: 'open', name: 'Open' },
  { state: 'resolved', name: 'Resolved' },
  { state: 'all', name: 'All' },
] as const

export default async function IncidentsPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const parameters = await searchParams
  const { state } = STATES.find((choice) => choice.state === one(parameters.state)) ?? STATES[0]
  const here = state === 'open' ? '/incidents' : `/incidents?state=${state}`
  const page = readPage(here, parameters)
  const context = await requireContext(here)
  const query = { ...page.command, ...(state !== 'all' && { state }) }
  const { incidents, nextCursor } = await orFromTop(here, listIncidents(context, query))
  return (
    <>
      <LiveRecords prefixes={['incident.', 'task.']} pollMs={POLL_MS} />
      <PageHeading title="Incidents" />
      <nav aria-label="States" className="flex gap-1 border-line border-b px-4 pb-2 max-md:px-2 max-md:pt-2">
        {STATES.map((choice) => (
          <ChipLink
            key={choice.state}
            href={choice.state === 'open' ? '/incidents' : `/incidents?state=${choice.state}`}
            current={choice.state === state}
          >
            {choice.name}
          </ChipLink>
        ))}
      </nav>
      <IncidentTable incidents={incidents} state={state} />
      <Pager label={plural(incidents.length, 'incident')} {...page.pager(nextCursor)} />
    </>
  )
}
