'use client'

import { useState } from 'react'
import { useNow } from '#components/look/clock.tsx'
import { formatDuration, formatMoney, shortId } from '#components/look/format.ts'
import { LivenessCell } from '#components/look/liveness-ticks.tsx'
import { nextStepInBrief } from '#components/look/next-brief.ts'
import { lookOf, StatusWord } from '#components/look/task-status.tsx'
import { Age, Moment } from '#components/look/time.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Link } from '#components/ui/link.tsx'
import { Td, Unknown } from '#components/ui/table.tsx'
import type { Task } from '#lib/task/schema.ts'
import { FROM_WIDTH } from './columns.ts'

interface TaskRowProps {
  task: Task
  /** It does not match the filter any more; it stays where it is, greyed, until the list is asked for again. */
  left: boolean
}

interface Choosable {
  chosen: boolean
  /** `extend` is a press with Shift: from the row that was chosen last to this one. */
  onChoose: (taskId: string, extend: boolean) => void
}

export function TaskRow({ task, left, chosen, onChoose }: TaskRowProps & Choosable) {
  const now = useNow()
  const look = lookOf(task, now)
  const [first] = useState(look.word)
  return (
    <tr
      data-task={task.id}
      data-status={task.status}
      className={`task-row ${left ? '[&_td]:text-ink-3' : ''} ${chosen ? 'bg-select' : 'hover:bg-hover'}`}
    >
      <Td className={`max-md:order-1 max-md:col-span-2 ${look.word === first ? '' : 'settle'}`}>
        <span className="flex items-center gap-3">
          {left ? <span className="size-[15px] shrink-0" /> : <Box task={task} chosen={chosen} onChoose={onChoose} />}
          <StatusWord
            key={look.word}
            look={left ? { ...look, tone: 'mute', loud: false } : look}
            prefix={left ? 'Now ' : ''}
          />
        </span>
      </Td>
      <Td className="max-md:order-2 max-md:text-right">
        <LivenessCell task={task} quiet={left} />
      </Td>
      <WhatCells task={task} left={left} />
      <RunCells task={task} left={left} nowMs={now} />
      <NextCell task={task} nowMs={now} left={left} />
    </tr>
  )
}

function Box({ task, chosen, onChoose }: { task: Task } & Choosable) {
  return (
    <Checkbox label={`Select ${task.title}`} checked={chosen} onPress={(event) => onChoose(task.id, event.shiftKey)} />
  )
}

/** What was asked for, and who works on it. */
function WhatCells({ task, left }: TaskRowProps) {
  const ink = left ? '' : 'text-ink-2'
  return (
    <>
      <Td className={`mono ${FROM_WIDTH.id} ${ink}`} title={task.id}>
        {shortId(task.id)}
      </Td>
      <Td className="max-md:order-4 max-md:mr-2 max-md:max-w-40 max-md:text-12">
        <span className={ink}>
          <span className="max-md:hidden">{task.repo?.replace(/[^/]*$/, '')}</span>
          {task.repo?.replace(/^.*\//, '')}
        </span>
        {task.issueNumber !== null && <span className={left ? '' : 'text-ink'}>#{task.issueNumber}</span>}
      </Td>
      <Td className="max-md:order-3 max-md:col-span-3 max-md:text-15">
        <Link
          href={`/tasks/${task.id}`}
          title={task.title}
          className="block truncate font-[450] outline-none max-md:py-0.5 max-md:font-medium"
        >
          {task.title}
        </Link>
      </Td>
      <Td className={`${FROM_WIDTH.agent} ${ink}`}>{task.agent}</Td>
      <Td className={`${FROM_WIDTH.model} ${ink}`}>{task.model}</Td>
      <Td className={`mono max-md:order-5 ${ink}`} title={task.holder?.name}>
        {task.holder?.name}
      </Td>
    </>
  )
}

/** How it has gone so far. */
function RunCells({ task, left, nowMs }: TaskRowProps & { nowMs: number }) {
  const ink = left ? '' : 'text-ink-2'
  return (
    <>
      <Td figure className={FROM_WIDTH.desk}>
        {task.attempt}/{attemptsMaxOf(task)}
      </Td>
      <Td figure className={`${FROM_WIDTH.started} ${ink}`}>
        {task.startedAt !== null && <Moment at={task.startedAt} />}
      </Td>
      <Td figure className={FROM_WIDTH.duration}>
        {ran(task, nowMs)}
      </Td>
      <Td figure className={`${FROM_WIDTH.progress} ${ink}`}>
        {task.progressAt !== null && <Age at={task.progressAt} />}
      </Td>
      <Td figure className={FROM_WIDTH.cost}>
        {task.costUsd !== null ? formatMoney(task.costUsd) : task.attempt > 0 && <Unknown />}
      </Td>
      <Td className={`mono ${FROM_WIDTH.error} ${left ? '' : 'text-bad-fg'}`} title={task.errorMessage ?? undefined}>
        {task.errorClass}
      </Td>
    </>
  )
}

/** What happens next stands on the third line on a phone; a wide table has its own page for it. */
function NextCell({ task, nowMs, left }: TaskRowProps & { nowMs: number }) {
  const { words, tone } = nextStepInBrief(task, nowMs)
  return (
    <td
      className={`order-6 whitespace-nowrap pl-2 text-right text-12 md:hidden ${tone === 'warn' && !left ? 'text-warn-fg' : 'text-ink-3'}`}
    >
      {words}
    </td>
  )
}

export function attemptsMaxOf(task: Task): number {
  return 1 + task.maxRetries + task.maxInterruptions
}

/** How long its attempt ran: to its end, to its death, or until now. One that waits to begin has no duration. */
function ran(task: Task, nowMs: number): string {
  if (task.startedAt === null || task.status === 'assigned' || task.status === 'queued') return ''
  const end = task.finishedAt ?? (task.status === 'interrupted' ? task.interruptedAt : null)
  return formatDuration((end === null ? nowMs : Date.parse(end)) - Date.parse(task.startedAt))
}
