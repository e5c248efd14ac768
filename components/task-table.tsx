'use client'

import { useRouter } from 'next/navigation'
import type { MouseEvent } from 'react'
import type { Task } from '#lib/task/schema.ts'
import { useKeys } from './keys.ts'
import type { Selecting } from './selection.ts'
import { type Filters, statusesOf } from './task-query.ts'
import { FROM_WIDTH, TaskRow } from './task-row.tsx'
import { Checkbox } from './ui/checkbox.tsx'
import { Table, Th } from './ui/table.tsx'

interface TaskTableProps {
  tasks: readonly Task[]
  filters: Filters
  selection: Selecting
}

export function TaskTable({ tasks, filters, selection }: TaskTableProps) {
  const router = useRouter()
  const statuses = statusesOf(filters)
  const hasLeft = (task: Task) => statuses.length > 0 && !statuses.includes(task.status)
  const page = tasks.filter((task) => !hasLeft(task)).map(({ id }) => id)
  const choose = (id: string, extend: boolean) => (extend ? selection.extendTo(id, page) : selection.toggle(id))
  const chooseCurrent = (extend: boolean) => {
    const id = document.activeElement?.closest('tr[data-task]')?.getAttribute('data-task')
    if (id && page.includes(id)) choose(id, extend)
  }
  useKeys({ j: () => step(1), k: () => step(-1), x: () => chooseCurrent(false), X: () => chooseCurrent(true) })
  const open = (event: MouseEvent<HTMLElement>) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-task]') : null
    if (!row || (event.target instanceof Element && event.target.closest('a, input')) || getSelection()?.toString())
      return
    const href = `/tasks/${row.getAttribute('data-task')}`
    if (event.ctrlKey || event.metaKey) window.open(href)
    else router.push(href)
  }
  return (
    <Table aria-label="Tasks" id="tasks" className="text-[0.78125rem] [&_:is(td,th)]:px-1.5">
      <TaskTableHead page={page} selection={selection} />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the title is the link; the row only widens it for a pointer */}
      <tbody onClick={open} className="max-md:block [&>tr]:cursor-pointer">
        {tasks.map((task) => (
          <TaskRow
            key={task.id}
            task={task}
            left={hasLeft(task)}
            chosen={!hasLeft(task) && (selection.everything !== null || selection.ids.has(task.id))}
            onChoose={choose}
          />
        ))}
      </tbody>
    </Table>
  )
}

function TaskTableHead({ page, selection }: { page: readonly string[]; selection: Selecting }) {
  const chosen = page.filter((id) => selection.ids.has(id)).length
  const all = page.length > 0 && chosen === page.length
  return (
    <thead className="sticky top-11 z-10 bg-bg max-md:sr-only">
      <tr>
        <Th className="w-[170px]">
          <span className="flex items-center gap-3">
            <Checkbox
              label="Select this page"
              checked={all}
              mixed={chosen > 0 && !all}
              onPress={() => selection.setPage(page, !all)}
            />
            Status
          </span>
        </Th>
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
