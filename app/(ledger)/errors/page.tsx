import type { Metadata } from 'next'
import { ErrorMatrix } from '#components/incident/error-matrix.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { Moment } from '#components/look/time.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listErrorGroups } from '#lib/ledger/index.ts'

export const metadata: Metadata = { title: 'Errors' }

const POLL_MS = 10_000

export default async function ErrorsPage() {
  const context = await requireContext('/errors')
  const { groups, completeSince } = await listErrorGroups(context)
  return (
    <>
      <LiveRecords prefixes={['task.failed', 'task.finished']} pollMs={POLL_MS} />
      <PageHeading title="Errors">
        Tasks by the class of their error and when they were put on record
        {completeSince !== null && (
          <>
            , whole since <Moment at={completeSince} />
          </>
        )}
      </PageHeading>
      <ErrorMatrix groups={groups} />
    </>
  )
}
