import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Link } from './link.tsx'

/** One of a few places: a link, so that it can be opened, copied and gone back from. */
export function ChipLink({ href, current, children }: { href: string; current: boolean; children: ReactNode }) {
  return (
    <Link href={href} aria-current={current ? 'page' : undefined} className={chipClass(current)}>
      {children}
    </Link>
  )
}

export function chipClass(on: boolean): string {
  return classNames(
    'touch relative inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-6 px-2 text-12',
    on ? 'bg-select font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
  )
}
