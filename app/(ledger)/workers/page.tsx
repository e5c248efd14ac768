import type { Metadata } from 'next'
import { LiveRecords } from '#components/live/live-records.tsx'
import { plural } from '#components/look/format.ts'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { WorkerTable } from '#components/worker/worker-table.tsx'
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
