'use client'

import { type ReactNode, Suspense, useState } from 'react'
import { Button } from './button.tsx'
import { useKeys } from './keys.ts'
import { Tooltip } from './tooltip.tsx'

interface DialogButtonProps {
  children: ReactNode
  /** Why it is refused; then it stays in its place and says so. */
  refusal: string | null
  size?: 'normal' | 'small'
  /** The key that presses it. */
  shortcut?: string
  /** Each opening begins anew, so the dialog is given another key. */
  dialog: (state: { key: number; open: boolean; onClose: () => void }) => ReactNode
}

/** A button that opens a dialog, or says why it may not be pressed. The dialog is made at the first press. */
export function DialogButton({ children, refusal, size, shortcut, dialog }: DialogButtonProps) {
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
      {times > 0 && <Suspense>{dialog({ key: times, open: isOpen, onClose: () => setOpen(false) })}</Suspense>}
    </>
  )
}
