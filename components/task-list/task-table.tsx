'use client'

import { useRouter } from 'next/navigation'
import { lazy, type MouseEvent, type ReactNode, Suspense, useState } from 'react'
import { SelectPageContext } from '#components/bulk/select-page.tsx'
import type { Selecting } from '#components/bulk/selection.ts'
import type { Filters } from '#components/query/task-query.ts'
import { useKeys } from '#components/ui/keys.ts'
import { Table } from '#components/ui/table.tsx'
import type { Task } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import { TaskRow } from './task-row.tsx'

/** Loaded once a pointer rests on a row, or a key asks for it. */
const TaskFind = lazy(() => import('#components/query/task-find.tsx'))

interface TaskTableProps {
  tasks: readonly Task[]
  filters: Filters
  /** Those that match the filters; null for any. */
  statuses: readonly TaskStatus[] | null
  selection: Selecting
  /** The names of the columns, which never change. */
  head: ReactNode
}

export function TaskTable({ tasks, filters, statuses, selection, head }: TaskTableProps) {
  const router = useRouter()
  const hasLeft = (task: Task) => statuses !== null && !statuses.includes(task.status)
  const page = tasks.filter((task) => !hasLeft(task)).map(({ id }) => id)
  const choose = (id: string, extend: boolean) => (extend ? selection.extendTo(id, page) : selection.toggle(id))
  // Undefined until somebody looks for tasks like one of these.
  const [like, setLike] = useState<string | null>()
  const chooseCurrent = (extend: boolean) => {
    const id = currentId()
    if (id && page.includes(id)) choose(id, extend)
  }
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    x: () => chooseCurrent(false),
    X: () => chooseCurrent(true),
    v: () => setLike(currentId() ?? null),
  })
  const open = (event: MouseEvent<HTMLElement>) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-task]') : null
    if (!row || (event.target instanceof Element && event.target.closest('a, input')) || getSelection()?.toString())
      return
    const href = `/tasks/${row.getAttribute('data-task')}`
    if (event.ctrlKey || event.metaKey) window.open(href)
    else router.push(href)
  }
  return (
    <>
      <Table aria-label="Tasks" id="tasks" className="text-[0.78125rem] [&_:is(td,th)]:px-1.5">
        <SelectPageContext value={{ page, selection }}>{head}</SelectPageContext>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the title is the link; the row only widens it for a pointer */}
        <tbody
          onClick={open}
          onPointerOver={like === undefined ? () => setLike(null) : undefined}
          className="max-md:block [&>tr]:cursor-pointer"
        >
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
      {like !== undefined && (
        <Suspense>
          <TaskFind tasks={tasks} filters={filters} like={like} onClose={() => setLike(null)} />
        </Suspense>
      )}
    </>
  )
}

function currentId(): string | null | undefined {
  return document.activeElement?.closest('tr[data-task]')?.getAttribute('data-task')
}

/** Moves the focus from title to title, so that the keyboard's cursor is the one that every tool already knows. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('#tasks tbody a')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  links.at(Math.min(links.length - 1, Math.max(0, at + by)))?.focus()
}
