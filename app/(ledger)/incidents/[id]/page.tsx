import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { ReleaseBrake } from '#components/acts/release-brake.tsx'
import { IncidentBand } from '#components/incident/incident-band.tsx'
import { IncidentButtons } from '#components/incident/incident-buttons.tsx'
import { IncidentFiles } from '#components/incident/incident-files.tsx'
import { IncidentHeading } from '#components/incident/incident-heading.tsx'
import { sharesOf } from '#components/incident/incident-shares.ts'
import { IncidentTasks } from '#components/incident/incident-tasks.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { PrintLine } from '#components/look/print-line.tsx'
import { ShareBar } from '#components/look/share-bar.tsx'
import { EventList } from '#components/task/event-list.tsx'
import { requireContext } from '#lib/api/session.ts'
import { getIncident, listIncidentEvents, listPauses, listTasks } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { countMatchingAction, runOperationAction } from '../../operations/actions.ts'
import {
  dropIncidentAction,
  noteIncidentAction,
  releaseIncidentAction,
  resolveIncidentAction,
  takeIncidentAction,
} from '../actions.ts'

interface IncidentPageProps {
  params: Promise<{ id: string }>
}

const ACTIONS = {
  take: takeIncidentAction,
  drop: dropIncidentAction,
  note: noteIncidentAction,
  resolve: resolveIncidentAction,
}
const BULK = { count: countMatchingAction, run: runOperationAction }
const EVENTS_SHOWN = 200

const readIncident = cache(async (id: string) => {
  const context = await requireContext(`/incidents/${id}`)
  try {
    return { context, ...(await getIncident(context, { incidentId: decodeURIComponent(id) })) }
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: IncidentPageProps): Promise<Metadata> {
  return { title: (await readIncident((await params).id)).incident.title }
}

export default async function IncidentPage({ params }: IncidentPageProps) {
  const { context, incident } = await readIncident((await params).id)
  const [{ tasks, nextCursor }, { events }, { pauses }, nowMs] = await Promise.all([
    listTasks(context, { incident: incident.id, limit: LIMITS.page }),
    listIncidentEvents(context, { incidentId: incident.id, limit: EVENTS_SHOWN }),
    listPauses(context, { limit: 1 }),
    context.db.now(),
  ])
  const pause = pauses.find(({ endedAt, until }) => endedAt === null && Date.parse(until) > nowMs) ?? null
  const { role, name } = context.actor
  return (
    <>
      <LiveRecords prefixes={['incident.', 'task.']} pollMs={incident.resolvedAt === null ? 3000 : null} />
      <PrintLine />
      <IncidentHeading incident={incident} files={<IncidentFiles incident={incident} />}>
        <IncidentButtons incident={incident} role={role} person={name} actions={ACTIONS} bulk={BULK} />
      </IncidentHeading>
      <ShareBar label="Its tasks" total={incident.total} shares={sharesOf(incident)} />
      <IncidentBand
        incident={incident}
        pause={pause}
        release={<ReleaseBrake incidentId={incident.id} role={role} action={releaseIncidentAction} />}
      />
      <div className="grid flex-1 lg:[&>:last-child]:border-l lg:grid-cols-[minmax(0,1fr)_320px] min-[1400px]:grid-cols-[minmax(0,1fr)_400px] print:block">
        <IncidentTasks incidentId={incident.id} tasks={tasks} more={nextCursor !== null} />
        <EventList events={events} />
      </div>
    </>
  )
}
