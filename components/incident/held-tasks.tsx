'use client'

import { useNow } from '#components/look/clock.tsx'
import { lookOf, StatusWord } from '#components/look/task-status.tsx'
import { Age, Moment } from '#components/look/time.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import { Table, Td, Th, TWO_LINES, TWO_LINES_HEAD, TWO_LINES_TITLE } from '#components/ui/table.tsx'
import type { Task } from '#lib/task/schema.ts'

interface HeldTasksProps {
  tasks: readonly Task[]
  /** Where all of them are. */
  href: string
}

/** What a worker works on, or last worked on: what is under way first. */
export function HeldTasks({ tasks, href }: HeldTasksProps) {
  return (
    <section aria-label="Tasks of the worker">
      <SectionHeading title="Tasks">
        <Link href={href} className="underlined">
          whose current attempt is its own
        </Link>
      </SectionHeading>
      {tasks.length === 0 ? (
        <Empty
          of="workerTasks"
          kind="filtered"
          action={<ButtonLink href={`${href}&since=30d`}>Look at 30 days</ButtonLink>}
        />
      ) : (
        <Table aria-label="Tasks of the worker">
          <Head />
          <tbody className="max-md:block">
            {tasks.map((task) => (
              <HeldRow key={task.id} task={task} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Head() {
  return (
    <thead className={TWO_LINES_HEAD}>
      <tr>
        <Th className="w-[160px]">Status</Th>
        <Th className="w-[170px] max-md:hidden">Repo and issue</Th>
        <Th>Title</Th>
        <Th figure className="w-[80px] max-md:hidden">
          Attempt
        </Th>
        <Th figure className="w-[100px]">
          Started
        </Th>
        <Th figure className="w-[110px] max-md:hidden">
          Last progress
        </Th>
      </tr>
    </thead>
  )
}

function HeldRow({ task }: { task: Task }) {
  const now = useNow()
  return (
    <tr data-task={task.id} className={TWO_LINES}>
      <Td>
        <StatusWord look={lookOf(task, now)} />
      </Td>
      <Td className="text-ink-2 max-md:hidden">
        {task.repo}
        {task.issueNumber !== null && `#${task.issueNumber}`}
      </Td>
      <Td className={TWO_LINES_TITLE}>
        <Link href={`/tasks/${task.id}`} className="font-[450] hover:underlined" title={task.title}>
          {task.title}
        </Link>
      </Td>
      <Td figure className="max-md:hidden">
        {task.attempt}
      </Td>
      <Td figure className="text-ink-2">
        {task.startedAt !== null && <Moment at={task.startedAt} />}
      </Td>
      <Td figure className="text-ink-2 max-md:hidden">
        {task.progressAt !== null && <Age at={task.progressAt} />}
      </Td>
    </tr>
  )
}
