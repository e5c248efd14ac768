import type { Metadata } from 'next'
import { LiveRecords } from '#components/live/live-records.tsx'
import { plural } from '#components/look/format.ts'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { SessionTable } from '#components/worker/session-table.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listSessions } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../pages.ts'

export const metadata: Metadata = { title: 'Sessions' }

export default async function SessionsPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage('/sessions', await searchParams)
  const context = await requireContext('/sessions')
  const { sessions, nextCursor } = await orFromTop('/sessions', listSessions(context, page.command))
  return (
    <>
      <LiveRecords prefixes={['task.']} />
      <PageHeading title="Sessions" />
      <SessionTable sessions={sessions} />
      <Pager label={plural(sessions.length, 'session')} {...page.pager(nextCursor)} />
    </>
  )
}
