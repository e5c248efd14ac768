'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { Kbd } from './kbd.tsx'

interface DialogProps {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
}

/** Floats over the page, holds the focus, closes on Esc; on a phone it sticks to the bottom edge. */
export function Dialog({ title, open, onClose, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-120 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          className={
            'fixed top-[15vh] left-1/2 z-50 flex max-h-[80dvh] w-[min(620px,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden ' +
            'rounded-10 border border-line bg-raised shadow-float transition-[opacity,translate] duration-120 ease-out ' +
            'data-starting-style:translate-y-1 data-starting-style:opacity-0 data-ending-style:opacity-0 ' +
            'max-md:top-auto max-md:bottom-0 max-md:w-full max-md:rounded-b-none'
          }
        >
          <div className="flex items-start justify-between gap-4 px-6 pt-4 max-md:px-4">
            <Base.Title className="min-w-0 font-semibold text-15 [overflow-wrap:anywhere]">{title}</Base.Title>
            <Base.Close className="touch flex h-[22px] shrink-0 items-center rounded-3" aria-label="Close">
              <span className="max-md:hidden">
                <Kbd>Esc</Kbd>
              </span>
              <span className="text-ink-2 md:hidden">Close</span>
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
