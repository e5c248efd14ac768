'use client'

import { useRouter } from 'next/navigation'
import type { MouseEvent } from 'react'
import type { Task } from '#lib/task/schema.ts'
import { useKeys } from './keys.ts'
import { type Filters, statusesOf } from './task-query.ts'
import { FROM_WIDTH, TaskRow } from './task-row.tsx'
import { Table, Th } from './ui/table.tsx'

export function TaskTable({ tasks, filters }: { tasks: readonly Task[]; filters: Filters }) {
  const router = useRouter()
  const statuses = statusesOf(filters)
  useKeys({ j: () => step(1), k: () => step(-1) })
  const open = (event: MouseEvent<HTMLElement>) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-task]') : null
    if (!row || (event.target instanceof Element && event.target.closest('a')) || getSelection()?.toString()) return
    const href = `/tasks/${row.getAttribute('data-task')}`
    if (event.ctrlKey || event.metaKey) window.open(href)
    else router.push(href)
  }
  return (
    <Table aria-label="Tasks" id="tasks" className="text-[0.78125rem] [&_:is(td,th)]:px-1.5">
      <TaskTableHead />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the title is the link; the row only widens it for a pointer */}
      <tbody onClick={open} className="max-md:block [&>tr]:cursor-pointer">
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} left={statuses.length > 0 && !statuses.includes(task.status)} />
        ))}
      </tbody>
    </Table>
  )
}

function TaskTableHead() {
  return (
    <thead className="sticky top-11 z-10 bg-bg max-md:sr-only">
      <tr>
        <Th className="w-[142px]">Status</Th>
        <Th className="w-[128px]">Liveness</Th>
        <Th className={`w-[74px] ${FROM_WIDTH.id}`}>Id</Th>
        <Th className="w-[122px]">Repo and issue</Th>
        <Th>Title</Th>
        <Th className={`w-[66px] ${FROM_WIDTH.agent}`}>Agent</Th>
        <Th className={`w-[90px] ${FROM_WIDTH.model}`}>Model</Th>
        <Th className="w-[108px]">Worker</Th>
        <Th figure className="w-[56px]">
          Attempt
        </Th>
        <Th figure className={`w-[88px] ${FROM_WIDTH.started}`}>
          Started
        </Th>
        <Th figure className={`w-[76px] ${FROM_WIDTH.duration}`}>
          Duration
        </Th>
        <Th figure className={`w-[84px] ${FROM_WIDTH.progress}`}>
          Last progress
        </Th>
        <Th figure className={`w-[70px] ${FROM_WIDTH.cost}`}>
          Cost
        </Th>
        <Th className={`w-[100px] ${FROM_WIDTH.error}`}>Error</Th>
        <Th className="md:hidden">Next</Th>
      </tr>
    </thead>
  )
}

/** Moves the focus from title to title, so that the keyboard's cursor is the one that every tool already knows. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('#tasks tbody a')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  links.at(Math.min(links.length - 1, Math.max(0, at + by)))?.focus()
}
