import type { ReactNode } from 'react'

/** A key, as it is drawn on a keyboard. */
export function Kbd({ children, className = '' }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={`mono inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-3 border border-line-2 px-1 text-11 text-ink-2 ${className}`}
    >
      {children}
    </kbd>
  )
}
