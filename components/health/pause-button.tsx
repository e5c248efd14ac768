'use client'

import { Suspense, useState } from 'react'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { roleRefusal } from '#components/acts/task-acts.ts'
import { Button } from '#components/ui/button.tsx'
import { later } from '#components/ui/later.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'

const PauseDialog = later(() => import('./pause-dialog.tsx'))

/** `paused`: a pause takes the place of the one before it. */
export function PauseButton({ recovery, paused }: { recovery: RecoveryControl; paused: boolean }) {
  const [times, setTimes] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const refusal = roleRefusal('Pause', recovery.role)
  const open = () => {
    if (refusal !== null) return
    setTimes(times + 1)
    setOpen(true)
  }
  const button = (
    <Button onClick={open} aria-disabled={refusal !== null}>
      {paused ? 'Pause anew…' : 'Pause automatic recovery…'}
    </Button>
  )
  return (
    <>
      {refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>}
      {times > 0 && (
        <Suspense>
          <PauseDialog key={times} action={recovery.pause} open={isOpen} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
