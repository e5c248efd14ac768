import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { HeldTasks } from '#components/incident/held-tasks.tsx'
import { LiveRecords } from '#components/live/live-records.tsx'
import { hrefOf } from '#components/query/task-query.ts'
import { WorkerButtons } from '#components/worker/worker-buttons.tsx'
import { WorkerHeading } from '#components/worker/worker-heading.tsx'
import { requireContext } from '#lib/api/session.ts'
import { getWorker, listTasks } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { declareDeadAction, drainWorkerAction, resumeWorkerAction } from '../actions.ts'

interface WorkerPageProps {
  params: Promise<{ id: string }>
}

const ACTIONS = { drain: drainWorkerAction, resume: resumeWorkerAction, declareDead: declareDeadAction }
const TASKS = 100
const POLL_MS = 3000

const readWorker = cache(async (id: string) => {
  const context = await requireContext(`/workers/${id}`)
  try {
    return { context, ...(await getWorker(context, { workerId: decodeURIComponent(id) })) }
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: WorkerPageProps): Promise<Metadata> {
  return { title: (await readWorker((await params).id)).worker.name }
}

export default async function WorkerPage({ params }: WorkerPageProps) {
  const { context, worker } = await readWorker((await params).id)
  const { tasks } = await listTasks(context, { worker: worker.id, limit: TASKS })
  const open = tasks.toSorted((a, b) => Number(a.sealedAt !== null) - Number(b.sealedAt !== null))
  return (
    <>
      <LiveRecords prefixes={['worker.', 'task.']} pollMs={worker.endedAt === null ? POLL_MS : null} />
      <WorkerHeading worker={worker}>
        <WorkerButtons worker={worker} role={context.actor.role} actions={ACTIONS} />
      </WorkerHeading>
      <HeldTasks tasks={open} href={hrefOf({ worker: worker.id })} />
    </>
  )
}
