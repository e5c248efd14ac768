'use client'

import type { ReactNode } from 'react'
import { DialogButton } from '#components/ui/dialog-button.tsx'
import { later } from '#components/ui/later.ts'
import type { ReasonDialogProps } from './reason-dialog.tsx'

const ReasonDialog = later(() => import('./reason-dialog.tsx'))

interface ReasonButtonProps extends Omit<ReasonDialogProps, 'open' | 'onClose'> {
  children: ReactNode
  refusal: string | null
  size?: 'normal' | 'small'
  shortcut?: string
}

/** Opens the dialog of an act that takes nothing but words. */
export function ReasonButton({ children, refusal, size, shortcut, ...asked }: ReasonButtonProps) {
  return (
    <DialogButton
      refusal={refusal}
      size={size}
      shortcut={shortcut}
      dialog={({ key, ...state }) => <ReasonDialog key={key} {...asked} {...state} />}
    >
      {children}
    </DialogButton>
  )
}
