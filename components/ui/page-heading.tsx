import type { ReactNode } from 'react'

/** The first line of a page that has no other. On a phone the bar says it already. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-4 px-6 pt-4 pb-3 max-md:sr-only">
      <h1 className="font-semibold text-20">{title}</h1>
      {children && <p className="text-ink-2">{children}</p>}
    </div>
  )
}

export function SectionHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex h-10 items-center gap-3 border-line border-b px-6 max-md:px-4">
      <h2 className="font-semibold">{title}</h2>
      {children && <div className="truncate text-ink-3">{children}</div>}
    </div>
  )
}
