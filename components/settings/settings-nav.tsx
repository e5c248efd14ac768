'use client'

import { usePathname } from 'next/navigation'
import { chipClass } from '#components/ui/chip-link.tsx'
import { Link } from '#components/ui/link.tsx'

/** The parts of the settings, each an address of its own. */
export const SETTINGS = [
  { href: '/settings', name: 'You' },
  { href: '/settings/members', name: 'Members' },
  { href: '/settings/tokens', name: 'Tokens' },
  { href: '/settings/sign-ins', name: 'Sign-ins' },
  { href: '/settings/webhooks', name: 'Webhooks' },
  { href: '/settings/configuration', name: 'Configuration' },
] as const

export function SettingsNav() {
  const path = usePathname()
  return (
    <nav aria-label="Settings" className="flex flex-wrap gap-1 border-line border-b px-4 pb-3 max-md:px-2 max-md:pt-3">
      {SETTINGS.map(({ href, name }) => (
        <Link
          key={href}
          href={href}
          aria-current={path === href ? 'page' : undefined}
          className={chipClass(path === href)}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
