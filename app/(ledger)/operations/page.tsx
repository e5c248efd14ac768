import type { Metadata } from 'next'
import { plural } from '#components/format.ts'
import { LiveRecords } from '#components/live-records.tsx'
import { OperationTable } from '#components/operation-table.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { Pager } from '#components/pager.tsx'
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
