'use client'

import { Suspense, useState } from 'react'
import { chipClass } from '#components/ui/chip-link.tsx'
import { later } from '#components/ui/later.ts'
import type { ViewsDialogProps } from './views-dialog.tsx'

const load = () => import('./views-dialog.tsx')
const ViewsDialog = later(load)

/** Keeps the query that is shown under a name, and looks after those that are kept. */
export function ViewsButton(props: Omit<ViewsDialogProps, 'open' | 'onClose'>) {
  const [shown, setShown] = useState<'never' | 'open' | 'closed'>('never')
  return (
    <>
      <button type="button" onPointerEnter={load} onClick={() => setShown('open')} className={chipClass(false)}>
        Save view…
      </button>
      {shown !== 'never' && (
        <Suspense>
          <ViewsDialog {...props} open={shown === 'open'} onClose={() => setShown('closed')} />
        </Suspense>
      )}
    </>
  )
}
