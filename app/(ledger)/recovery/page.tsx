import type { Metadata } from 'next'
import { PauseButton } from '#components/health/pause-button.tsx'
import { InterruptedTable } from '#components/incident/interrupted-table.tsx'
import { RecoveryRunList } from '#components/incident/recovery-run-list.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { plural } from '#components/look/format.ts'
import { PageHeading, SectionHeading } from '#components/ui/page-heading.tsx'
import { Pager } from '#components/ui/pager.tsx'
import { requireContext } from '#lib/api/session.ts'
import { listRecoveryRuns, listTasks, readHealth } from '#lib/ledger/index.ts'
import { orFromTop, type Parameters, readPage } from '../pages.ts'
import { pauseRecoveryAction, unpauseRecoveryAction } from './actions.ts'

export const metadata: Metadata = { title: 'Recovery' }

const TASKS = 100
const POLL_MS = 10_000

export default async function RecoveryPage({ searchParams }: { searchParams: Promise<Parameters> }) {
  const page = readPage('/recovery', await searchParams)
  const context = await requireContext('/recovery')
  const { role } = context.actor
  const recovery = { role, pause: pauseRecoveryAction, unpause: unpauseRecoveryAction }
  const [{ tasks }, { recoveryRuns, nextCursor }, { pause }] = await Promise.all([
    listTasks(context, { status: ['interrupted'], limit: TASKS }),
    orFromTop('/recovery', listRecoveryRuns(context, page.command)),
    readHealth(context),
  ])
  return (
    <>
      <LiveRecords prefixes={['task.', 'recovery.']} pollMs={POLL_MS} />
      <div className="flex flex-wrap items-center justify-between pr-6 max-md:px-4 max-md:py-2">
        <PageHeading title="Recovery" />
        <PauseButton recovery={recovery} paused={pause !== null} />
      </div>
      <SectionHeading title="Interrupted now">{tasks.length > 0 && plural(tasks.length, 'task')}</SectionHeading>
      <InterruptedTable tasks={tasks} />
      <SectionHeading title="Passes">that found something, newest first</SectionHeading>
      <RecoveryRunList runs={recoveryRuns} />
      <Pager label={plural(recoveryRuns.length, 'pass', 'passes')} {...page.pager(nextCursor)} />
    </>
  )
}
