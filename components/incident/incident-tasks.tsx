'use client'

import type { ReactNode } from 'react'
import { useNow } from '#components/look/clock.tsx'
import { formatMoney, plural, shortId } from '#components/look/format.ts'
import { nextStepInBrief } from '#components/look/next-brief.ts'
import { lookOf, StatusWord } from '#components/look/task-status.tsx'
import { hrefOf } from '#components/query/task-query.ts'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import { Table, Td, Th, TWO_LINES, TWO_LINES_HEAD, TWO_LINES_TITLE, Unknown } from '#components/ui/table.tsx'
import type { Task } from '#lib/task/schema.ts'

interface IncidentTasksProps {
  incidentId: string
  tasks: readonly Task[]
  /** There are more than stand here. */
  more?: boolean
  /** What is to be said of those that do not. */
  children?: ReactNode
}

/** What it interrupted: those that need somebody first, each with what happens next. */
export function IncidentTasks({ incidentId, tasks, more = false, children }: IncidentTasksProps) {
  const now = useNow()
  const ordered = tasks.toSorted((a, b) => rank(a) - rank(b))
  return (
    <section aria-label="Tasks of the incident" className="min-w-0">
      <SectionHeading title="Tasks">
        <Link href={hrefOf({ incident: incidentId })} className="underlined print:hidden">
          {more ? 'All of them, to filter and to select' : `${plural(tasks.length, 'task')}, to filter and to select`}
        </Link>
      </SectionHeading>
      {more && (
        <p className="px-6 py-2 text-12 text-ink-2 max-md:px-4">
          The first {tasks.length} of them stand here. Print has more of them, and the export has all.
        </p>
      )}
      {children}
      {tasks.length === 0 ? (
        <Empty of="incidentTasks" kind="good" />
      ) : (
        <Table aria-label="Tasks of the incident">
          <thead className={TWO_LINES_HEAD}>
            <tr>
              <Th className="w-[132px]">Status</Th>
              <Th className="w-[90px] max-[1400px]:hidden print:table-cell print:w-[258px]">Id</Th>
              <Th className="w-[150px] max-md:hidden print:w-[142px]">Repo and issue</Th>
              <Th>Title</Th>
              <Th figure className="w-[90px] max-xl:hidden print:table-cell print:w-[76px]">
                Cost
              </Th>
              <Th className="w-[170px] print:w-[124px]">What happens next</Th>
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
        <span className="print:hidden">{shortId(task.id)}</span>
        <span className="hidden text-11 print:inline">{task.id}</span>
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
      <Td figure className="max-xl:hidden print:table-cell">
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
