'use client'

import { lazy, Suspense, useState } from 'react'
import type { Task } from '#lib/task/schema.ts'
import FindTip from './find-tip.tsx'
import { type FindValue, findValuesOf } from './task-find-values.ts'
import type { Filters } from './task-query.ts'

const FindDialog = lazy(() => import('./find-dialog.tsx'))

interface TaskFindProps {
  tasks: readonly Task[]
  filters: Filters
  /** The task whose values are asked for; null for none. */
  like: string | null
  onClose: () => void
}

/** Finds tasks like the one that is looked at: by the pointer beside a value, by a key among all of them. */
export default function TaskFind({ tasks, filters, like, onClose }: TaskFindProps) {
  const task = tasks.find(({ id }) => id === like)
  // What it showed last is shown while it closes.
  const [values, setValues] = useState<{ of: Task; values: readonly FindValue[] } | null>(null)
  if (task !== undefined && values?.of !== task) setValues({ of: task, values: findValuesOf(task) })
  return (
    <>
      <FindTip tasks={tasks} filters={filters} />
      {values !== null && (
        <Suspense>
          <FindDialog filters={filters} values={values.values} open={task !== undefined} onClose={onClose} />
        </Suspense>
      )}
    </>
  )
}
