import type { ReactNode } from 'react'

/** One sentence that says why nothing is here, and what could be done. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 px-6 py-12 max-md:px-4">
      <p className="max-w-[60ch] text-15">{children}</p>
      {action && <div className="flex flex-wrap gap-2">{action}</div>}
    </div>
  )
}
