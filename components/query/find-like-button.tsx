'use client'

import { lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { useKeys } from '#components/ui/keys.ts'
import type { Task } from '#lib/task/schema.ts'
import { findValuesOf } from './task-find-values.ts'

const FindDialog = lazy(() => import('./find-dialog.tsx'))
const FindTip = lazy(() => import('./find-tip.tsx'))

/** From a task to the list of those that have something in common with it: by this, by a key, or beside a value. */
export function FindLikeButton({ task, cause }: { task: Task; cause: string | null }) {
  const [shown, setShown] = useState<'never' | 'open' | 'closed'>('never')
  const open = () => setShown('open')
  useKeys({ v: open })
  return (
    <>
      <Button kind="quiet" size="small" onClick={open} className="text-13">
        Find like this…
      </Button>
      <Suspense>
        <FindTip tasks={[task]} filters={{}} />
        {shown !== 'never' && (
          <FindDialog
            filters={{}}
            values={findValuesOf(task, cause)}
            open={shown === 'open'}
            onClose={() => setShown('closed')}
          />
        )}
      </Suspense>
    </>
  )
}
