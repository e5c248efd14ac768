'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useKeys } from './keys.ts'
import type { ReasonDialogProps } from './reason-dialog.tsx'
import { Button } from './ui/button.tsx'
import { Tooltip } from './ui/tooltip.tsx'

const ReasonDialog = lazy(() => import('./reason-dialog.tsx'))

interface ReasonButtonProps extends Omit<ReasonDialogProps, 'open' | 'onClose'> {
  children: ReactNode
  /** Why it is refused; then it stays in its place and says so. */
  refusal: string | null
  size?: 'normal' | 'small'
  /** The key that presses it. */
  shortcut?: string
}

/** Opens the dialog of an act that takes nothing but words. */
export function ReasonButton({ children, refusal, size, shortcut, ...dialog }: ReasonButtonProps) {
  const [times, setTimes] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const open = () => {
    if (refusal !== null) return
    setTimes(times + 1)
    setOpen(true)
  }
  useKeys(shortcut === undefined ? {} : { [shortcut]: open })
  const button = (
    <Button onClick={open} size={size} aria-disabled={refusal !== null}>
      {children}
    </Button>
  )
  return (
    <>
      {refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>}
      {times > 0 && (
        <Suspense>
          <ReasonDialog key={times} {...dialog} open={isOpen} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
