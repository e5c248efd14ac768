import type { ReactNode } from 'react'

/** A page that is not there, or could not be made: what was met, and what would work. */
export function Problem({ title, children, action }: { title: string; children: ReactNode; action: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-start gap-3 px-6 py-24 max-md:px-4">
      <h1 className="font-semibold text-20">{title}</h1>
      <p className="max-w-[64ch] text-ink-2">{children}</p>
      <div className="mt-2 flex gap-2">{action}</div>
    </div>
  )
}

/** For a page that is loaded with every other one: made of nothing that needs a script. */
export function PlainWayOn({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      href={href}
      className="touch inline-flex h-8 items-center rounded-6 border border-line-2 bg-raised px-3 font-medium hover:bg-hover"
    >
      {children}
    </a>
  )
}
