import type { ReactNode } from 'react'

const COLOURS = { page: 'border-line-2 text-ink-2', primary: 'border-current/50 max-md:hidden' }

/** A key, as it is drawn on a keyboard. */
export function Kbd({ children, on = 'page' }: { children: ReactNode; on?: 'page' | 'primary' }) {
  return (
    <kbd
      className={`mono inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-3 border px-1 text-11 ${COLOURS[on]}`}
    >
      {children}
    </kbd>
  )
}
