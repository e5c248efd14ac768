import type { Metadata } from 'next'
import { OperationTable } from '#components/bulk/operation-table.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { plural } from '#components/look/format.ts'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listOperations } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../pages.ts'

export const metadata: Metadata = { title: 'Operations' }

const POLL_MS = 3000

export default async function OperationsPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage('/operations', await searchParams)
  const context = await requireContext('/operations')
  const { operations, nextCursor } = await orFromTop('/operations', listOperations(context, page.command))
  const running = operations.some(({ status }) => status === 'running')
  return (
    <>
      <LiveRecords prefixes={['operation.']} pollMs={running ? POLL_MS : null} />
      <PageHeading title="Operations">Acts on many tasks, each frozen at its moment</PageHeading>
      <OperationTable operations={operations} />
      <Pager label={plural(operations.length, 'operation')} {...page.pager(nextCursor)} />
    </>
  )
}
