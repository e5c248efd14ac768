import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'

/** The way back from a page below a list; on a phone it stands in the bar. */
export function Breadcrumbs({ href, name, here }: { href: string; name: string; here: string }) {
  return (
    <>
      <PhoneBack href={href} label={`Back to ${name.toLowerCase()}`} mono>
        {here}
      </PhoneBack>
      <nav aria-label="Breadcrumbs" className="flex h-5 items-center gap-2 text-ink-2 max-md:hidden print:hidden">
        <Link href={href} className="touch relative hover:text-ink">
          {name}
        </Link>
        <Icon name="right" size={12} />
        <span aria-current="page" className="mono truncate">
          {here}
        </span>
      </nav>
    </>
  )
}

interface PhoneBackProps {
  href: string
  label: string
  mono?: boolean
  children: ReactNode
}

/** In the top bar, in the logo's place: what is open, and the way back from it. */
export function PhoneBack({ href, label, mono = false, children }: PhoneBackProps) {
  return (
    <Link
      href={href}
      aria-label={label}
      className="fixed top-0 left-0 z-30 flex h-11 max-w-[52vw] items-center gap-3 pl-3 md:hidden print:hidden"
    >
      <Icon name="left" size={20} className="shrink-0" />
      <span className={`truncate ${mono ? 'mono' : 'font-semibold text-15'}`}>{children}</span>
    </Link>
  )
}
