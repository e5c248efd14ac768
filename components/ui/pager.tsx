import type { ReactNode } from 'react'
import { ButtonLink } from './button.tsx'
import { Icon } from './icon.tsx'

interface PagerProps {
  /** What is shown: "50 tasks, as of 15:41:55 UTC". */
  label: string
  newer: string | null
  older: string | null
  /** What else can be done with the list. */
  children?: ReactNode
}

/** Pages by position, not by number: rows that come or go meanwhile shift nothing. */
export function Pager({ label, newer, older, children }: PagerProps) {
  return (
    <nav
      aria-label="Pages of the list"
      className="sticky bottom-0 z-10 mt-auto flex h-12 items-center justify-end gap-2 border-line border-t bg-bg px-6 max-md:px-4"
    >
      <span className="mr-auto truncate text-12 text-ink-3">
        {label}
        {(newer ?? older) !== null && <span className="max-md:hidden"> on this page</span>}
      </span>
      {children}
      <PageLink href={newer} name="Newer" />
      <PageLink href={older} name="Older" />
    </nav>
  )
}

function PageLink({ href, name }: { href: string | null; name: 'Newer' | 'Older' }) {
  const icon = <Icon name={name === 'Newer' ? 'left' : 'right'} />
  const words = name === 'Newer' ? [icon, name] : [name, icon]
  if (href === null) {
    return (
      <span aria-disabled="true" className="inline-flex h-7 items-center gap-1 px-2.5 text-ink-3">
        {words[0]}
        {words[1]}
      </span>
    )
  }
  return (
    <ButtonLink kind="quiet" size="small" href={href} rel={name === 'Newer' ? 'prev' : 'next'} className="gap-1">
      {words[0]}
      {words[1]}
    </ButtonLink>
  )
}
