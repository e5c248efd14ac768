import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { TaskActButtons } from '#components/acts/task-act-buttons.tsx'
import { LiveTask } from '#components/live/live-task.tsx'
import { OutputPanel } from '#components/output/output-panel.tsx'
import { AttemptTable } from '#components/task/attempt-table.tsx'
import { FiveFacts } from '#components/task/five-facts.tsx'
import { LateReports } from '#components/task/late-reports.tsx'
import { NextStepBand } from '#components/task/next-step-band.tsx'
import { PayloadPanel } from '#components/task/payload-panel.tsx'
import { SessionPanel } from '#components/task/session-panel.tsx'
import { TaskHeading } from '#components/task/task-heading.tsx'
import { TaskPanels } from '#components/task/task-panels.tsx'
import { TaskTimeline } from '#components/task/task-timeline.tsx'
import { requireContext } from '#lib/api/session.ts'
import { getTask, listEvents, listWorkers } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { TASK_ACTIONS, unmaskFor } from './task-actions.ts'

interface TaskPageProps {
  params: Promise<{ id: string }>
}

const EVENTS = 100

const readTask = cache(async (id: string) => {
  const context = await requireContext(`/tasks/${id}`)
  try {
    return { context, ...(await getTask(context, { taskId: decodeURIComponent(id) })) }
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: TaskPageProps): Promise<Metadata> {
  return { title: (await readTask((await params).id)).task.title }
}

export default async function TaskPage({ params }: TaskPageProps) {
  const { context, task, attempts, session, compensations, lateReports, successorId } = await readTask(
    (await params).id,
  )
  const { role } = context.actor
  const [history, { workers }] = await Promise.all([
    listEvents(context, { taskId: task.id, limit: EVENTS }),
    listWorkers(context, {}),
  ])
  const newest = attempts.toSorted((a, b) => b.attempt - a.attempt)
  return (
    <div className="flex flex-1 flex-col lg:h-[calc(100dvh-2.75rem)] lg:min-h-[720px] lg:flex-none">
      <LiveTask taskId={task.id} workerId={task.holder?.workerId ?? null} sealed={task.sealedAt !== null} />
      <TaskHeading task={task} attempts={attempts} compensations={compensations} successorId={successorId} />
      <NextStepBand task={task}>
        <TaskActButtons
          task={task}
          role={role}
          facts={{ compensations: compensations.length, lateReports, successorId }}
          workers={workers}
          actions={TASK_ACTIONS}
        />
      </NextStepBand>
      <FiveFacts task={task} />
      <TaskPanels
        timeline={<TaskTimeline taskId={task.id} attempts={attempts} {...history} />}
        output={<OutputPanel task={task} attempts={newest} />}
        attempts={
          <>
            <AttemptTable task={task} attempts={newest} />
            <LateReports reports={lateReports} />
          </>
        }
        payload={<PayloadPanel task={task} compensations={compensations} unmask={unmaskFor(context)} />}
        session={<SessionPanel session={session} />}
      />
    </div>
  )
}
