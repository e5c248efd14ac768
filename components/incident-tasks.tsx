'use client'

import type { Task } from '#lib/task/schema.ts'
import { useNow } from './clock.tsx'
import { formatMoney, plural, shortId } from './format.ts'
import { nextStepInBrief } from './next-brief.ts'
import { SectionHeading } from './page-heading.tsx'
import { hrefOf } from './task-query.ts'
import { lookOf, StatusWord } from './task-status.tsx'
import { EmptyState } from './ui/empty-state.tsx'
import { Link } from './ui/link.tsx'
import { Table, Td, Th, TWO_LINES, TWO_LINES_HEAD, TWO_LINES_TITLE, Unknown } from './ui/table.tsx'

interface IncidentTasksProps {
  incidentId: string
  tasks: readonly Task[]
  more: boolean
}

/** What it interrupted: those that need somebody first, each with what happens next. */
export function IncidentTasks({ incidentId, tasks, more }: IncidentTasksProps) {
  const now = useNow()
  const ordered = tasks.toSorted((a, b) => rank(a) - rank(b))
  return (
    <section aria-label="Tasks of the incident" className="min-w-0">
      <SectionHeading title="Tasks">
        <Link href={hrefOf({ incident: incidentId })} className="underlined">
          {more ? 'All of them, to filter and to select' : `${plural(tasks.length, 'task')}, to filter and to select`}
        </Link>
      </SectionHeading>
      {more && (
        <p className="px-6 py-2 text-12 text-ink-2 max-md:px-4">
          The first {tasks.length} of them stand here; the export has all.
        </p>
      )}
      {tasks.length === 0 ? (
        <EmptyState>It holds no task any more: all of them went over to later incidents.</EmptyState>
      ) : (
        <Table aria-label="Tasks of the incident">
          <thead className={TWO_LINES_HEAD}>
            <tr>
              <Th className="w-[132px]">Status</Th>
              <Th className="w-[90px] max-[1400px]:hidden print:table-cell">Id</Th>
              <Th className="w-[150px] max-md:hidden">Repo and issue</Th>
              <Th>Title</Th>
              <Th figure className="w-[90px] max-xl:hidden">
                Cost
              </Th>
              <Th className="w-[170px]">What happens next</Th>
            </tr>
          </thead>
          <tbody className="max-md:block print:table-row-group">
            {ordered.map((task) => (
              <IncidentTask key={task.id} task={task} nowMs={now} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function IncidentTask({ task, nowMs }: { task: Task; nowMs: number }) {
  const next = nextStepInBrief(task, nowMs)
  return (
    <tr data-task={task.id} data-status={task.status} className={TWO_LINES}>
      <Td>
        <StatusWord look={lookOf(task, nowMs)} />
      </Td>
      <Td className="mono text-ink-2 max-[1400px]:hidden print:table-cell" title={task.id}>
        {shortId(task.id)}
      </Td>
      <Td className="text-ink-2 max-md:hidden">
        {task.repo}
        {task.issueNumber !== null && <span className="text-ink">#{task.issueNumber}</span>}
      </Td>
      <Td className={TWO_LINES_TITLE}>
        <Link href={`/tasks/${task.id}`} className="font-[450] hover:underlined" title={task.title}>
          {task.title}
        </Link>
      </Td>
      <Td figure className="max-xl:hidden">
        {task.costUsd === null ? <Unknown /> : formatMoney(task.costUsd)}
      </Td>
      <Td className={`max-md:text-right ${next.tone === 'warn' ? 'text-warn-fg' : 'text-ink-2'}`}>{next.words}</Td>
    </tr>
  )
}

function rank({ status, sealedAt }: Task): number {
  if (sealedAt !== null) return 3
  return status === 'interrupted' || status === 'failed' ? 0 : status === 'assigned' || status === 'queued' ? 1 : 2
}
