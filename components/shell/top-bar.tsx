'use client'

import { usePathname } from 'next/navigation'
import { useSweeper } from '#components/health/health.tsx'
import { useNow } from '#components/look/clock.tsx'
import { formatClock, formatDuration } from '#components/look/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { press } from '#components/ui/keys.ts'
import { Link } from '#components/ui/link.tsx'
import { Logo } from '#components/ui/logo.tsx'
import { PersonMenu } from './person-menu.tsx'
import type { PersonMenuProps } from './person-menu-items.tsx'
import { SiteNav, useCurrentPage } from './site-nav.tsx'

export function TopBar(person: PersonMenuProps) {
  const page = useCurrentPage()
  const path = usePathname()
  // On a phone a page below another one draws its own way back in the bar's place.
  const below = page !== undefined && path !== page.href
  const name = page?.name ?? (path.startsWith('/settings') ? 'Settings' : null)
  return (
    <header className="sticky top-0 z-20 flex h-11 items-center gap-[38px] border-line border-b bg-bg px-6 max-xl:gap-6 max-lg:gap-4 max-lg:px-4">
      <Link href="/" className={`flex shrink-0 items-center gap-2.5 ${below ? 'max-md:hidden' : ''}`}>
        <Logo />
        <span className="font-semibold max-lg:sr-only">Rollcall</span>
        <span aria-hidden="true" className="font-semibold text-15 md:hidden">
          {name}
        </span>
      </Link>
      <SiteNav />
      <div className="ml-auto flex shrink-0 items-center gap-4 max-lg:gap-3">
        <SweeperAge />
        <button type="button" aria-label="Commands" onClick={() => press('Ctrl+k')} className="max-xl:hidden">
          <Kbd>Ctrl K</Kbd>
        </button>
        <DatabaseClock />
        <PersonMenu {...person} />
      </div>
    </header>
  )
}

/** The sweeper watches the workers; this watches the sweeper. */
function SweeperAge() {
  const { ageMs, late } = useSweeper()
  const age = ageMs === null ? 'never' : formatDuration(ageMs)
  return (
    <span className={`flex items-center gap-2 ${late ? 'font-medium text-bad-fg' : 'text-ink-2'}`}>
      <Icon name={late ? 'clock' : 'check'} className={late ? '' : 'text-good-fg'} />
      <span className="max-lg:sr-only">Sweeper</span>
      <span className="-ml-1 max-lg:ml-0">
        {late && ageMs !== null ? 'late, ' : ''}
        {age}
        {ageMs !== null && <span className="max-lg:sr-only"> ago</span>}
      </span>
    </span>
  )
}

function DatabaseClock() {
  const now = useNow()
  return (
    <time dateTime={new Date(now).toISOString()} title="Database clock" className="mono">
      {formatClock(now)}
      <span className="max-lg:sr-only"> UTC</span>
    </time>
  )
}
