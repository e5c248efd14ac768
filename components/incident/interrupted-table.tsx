'use client'

import { useSweeper } from '#components/health/health.tsx'
import { useNow } from '#components/look/clock.tsx'
import { formatDuration, shortId } from '#components/look/format.ts'
import { nextStepInBrief } from '#components/look/next-brief.ts'
import { STATUS_LOOKS, StatusWord } from '#components/look/task-status.tsx'
import { Age } from '#components/look/time.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th, TWO_LINES, TWO_LINES_HEAD, TWO_LINES_TITLE } from '#components/ui/table.tsx'
import type { Task } from '#lib/task/schema.ts'

/** The tasks that wait for recovery now, each with what happens to it next. */
export function InterruptedTable({ tasks }: { tasks: readonly Task[] }) {
  const { ageMs, late } = useSweeper()
  if (tasks.length === 0) {
    if (late || ageMs === null) return <Empty of="interrupted" kind="unknown" />
    return (
      <Empty of="interrupted" kind="good">
        Checked {formatDuration(ageMs)} ago.
      </Empty>
    )
  }
  return (
    <Table aria-label="Interrupted tasks">
      <thead className={TWO_LINES_HEAD}>
        <tr>
          <Th className="w-[138px]">Status</Th>
          <Th className="w-[84px] max-md:hidden">Id</Th>
          <Th className="w-[150px] max-lg:hidden">Repo and issue</Th>
          <Th>Title</Th>
          <Th className="w-[140px] max-lg:hidden">Worker</Th>
          <Th figure className="w-[110px] max-md:hidden">
            Interrupted
          </Th>
          <Th className="w-[150px]">What happens next</Th>
          <Th className="w-[330px] max-xl:hidden">Because</Th>
        </tr>
      </thead>
      <tbody className="max-md:block">
        {tasks.map((task) => (
          <InterruptedRow key={task.id} task={task} />
        ))}
      </tbody>
    </Table>
  )
}

/** On a phone the title has a line of its own, above its status and what comes next. */
function InterruptedRow({ task }: { task: Task }) {
  const { late } = useSweeper()
  const brief = nextStepInBrief(task, useNow())
  const next = late ? { words: 'When the sweeper runs', tone: 'warn' } : brief
  return (
    <tr data-task={task.id} className={TWO_LINES}>
      <Td>
        <StatusWord look={STATUS_LOOKS[task.status]} />
      </Td>
      <Td className="mono text-ink-2 max-md:hidden" title={task.id}>
        {shortId(task.id)}
      </Td>
      <Td className="text-ink-2 max-lg:hidden">
        {task.repo}
        {task.issueNumber !== null && <span className="text-ink">#{task.issueNumber}</span>}
      </Td>
      <Td className={TWO_LINES_TITLE}>
        <Link href={`/tasks/${task.id}`} title={task.title} className="font-[450] outline-none hover:underlined">
          {task.title}
        </Link>
      </Td>
      <Td className="mono text-ink-2 max-lg:hidden">{task.holder?.name}</Td>
      <Td figure className="text-ink-2 max-md:hidden">
        {task.interruptedAt !== null && <Age at={task.interruptedAt} ago />}
      </Td>
      <Td className={`max-md:text-right ${next.tone === 'warn' ? 'text-warn-fg' : 'text-ink-2'}`}>{next.words}</Td>
      <Td className="text-ink-2 max-xl:hidden" title={task.nextReason ?? undefined}>
        {task.nextReason}
      </Td>
    </tr>
  )
}
