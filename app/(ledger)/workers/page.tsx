import type { Metadata } from 'next'
import { plural } from '#components/format.ts'
import { LiveRecords } from '#components/live-records.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { Pager } from '#components/pager.tsx'
import { WorkerTable } from '#components/worker-table.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listWorkers } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../pages.ts'

export const metadata: Metadata = { title: 'Workers' }

const POLL_MS = 3000

export default async function WorkersPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage('/workers', await searchParams)
  const context = await requireContext('/workers')
  const { workers, nextCursor } = await orFromTop('/workers', listWorkers(context, page.command))
  return (
    <>
      <LiveRecords prefixes={['worker.', 'task.']} pollMs={POLL_MS} />
      <PageHeading title="Workers" />
      <WorkerTable workers={workers} />
      <Pager label={plural(workers.length, 'worker')} {...page.pager(nextCursor)} />
    </>
  )
}
