import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { IncidentBand } from '#components/incident/incident-band.tsx'
import { IncidentHeading } from '#components/incident/incident-heading.tsx'
import { sharesOf } from '#components/incident/incident-shares.ts'
import { IncidentTasks } from '#components/incident/incident-tasks.tsx'
import { PaperRest } from '#components/incident/paper-rest.tsx'
import { PrintLine } from '#components/look/print-line.tsx'
import { ShareBar } from '#components/look/share-bar.tsx'
import { EventList } from '#components/task/event-list.tsx'
import { PrintButton } from '#components/ui/print-button.tsx'
import { requireContext } from '#lib/api/session.ts'
import { getIncident, listIncidentEvents } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { readPaperTasks } from '../../read-paper.ts'

export const metadata: Metadata = { title: 'Incident on paper' }

/** A large incident as it goes to paper: what needs somebody first, as much as a person can hold, and where the rest is. */
export default async function IncidentPaperPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const context = await requireContext(`/incidents/${id}/paper`)
  const { incident } = await getIncident(context, { incidentId: decodeURIComponent(id) }).catch((error) => {
    if (isTaskError(error) && error.code === 'not_found') notFound()
    throw error
  })
  const [tasks, { events }] = await Promise.all([
    readPaperTasks(context, incident.id),
    listIncidentEvents(context, { incidentId: incident.id, limit: LIMITS.page }),
  ])
  return (
    <>
      <PrintLine />
      <IncidentHeading incident={incident}>
        <PrintButton />
      </IncidentHeading>
      <ShareBar label="Its tasks" total={incident.total} shares={sharesOf(incident)} />
      <IncidentBand incident={incident} pause={null} release={null} />
      <EventList events={events} />
      <IncidentTasks incidentId={incident.id} tasks={tasks}>
        <PaperRest incidentId={incident.id} shown={tasks.length} total={incident.total} />
      </IncidentTasks>
    </>
  )
}
