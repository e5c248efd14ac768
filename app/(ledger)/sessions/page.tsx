import type { Metadata } from 'next'
import { plural } from '#components/format.ts'
import { LiveRecords } from '#components/live-records.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { Pager } from '#components/pager.tsx'
import { SessionTable } from '#components/session-table.tsx'
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
