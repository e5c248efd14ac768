import type { ReactNode } from 'react'

/** What is known of a thing, under its title: a label above each value. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="mt-2 flex flex-wrap gap-x-8 gap-y-2">{children}</dl>
}

export function Fact({ name, children, className = '' }: { name: string; children: ReactNode; className?: string }) {
  return (
    <div className={`min-w-0 max-w-[72ch] ${className}`}>
      <dt className="font-medium text-11 text-ink-3">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}
