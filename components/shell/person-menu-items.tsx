'use client'

import { useState } from 'react'
import { forgetQueries } from '#components/query/recent-queries.ts'
import { Link } from '#components/ui/link.tsx'
import type { Role } from '#lib/task/schema.ts'
import { PAGES, useCurrentPage, useHrefOf } from './site-nav.tsx'
import { applyTheme, THEMES, type Theme } from './theme.ts'

const NAMES: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' }
const ITEM = 'touch flex w-full items-center rounded-6 px-2 py-1.5 text-left hover:bg-hover'

export interface PersonMenuProps {
  name: string
  role: Role
  theme: Theme
  signOut: () => Promise<void>
}

interface PersonMenuItemsProps extends PersonMenuProps {
  onLeave: () => void
}

/** Loaded when the menu is first opened, or about to be. */
export default function PersonMenuItems({ name, role, theme, signOut, onLeave }: PersonMenuItemsProps) {
  const current = useCurrentPage()
  const hrefOf = useHrefOf()
  return (
    <>
      <nav aria-label="Pages" className="mb-2 border-line border-b pb-2 md:hidden">
        {PAGES.map((page) => (
          <Link
            key={page.href}
            href={hrefOf(page.href)}
            aria-current={page === current ? 'page' : undefined}
            className={`${ITEM} aria-[current]:font-medium`}
            onClick={onLeave}
          >
            {page.name}
          </Link>
        ))}
      </nav>
      <p className="px-2 py-1">
        <span className="font-medium">{name}</span> <span className="text-ink-3">{role}</span>
      </p>
      <Link href="/settings" className={ITEM} onClick={onLeave}>
        Settings
      </Link>
      <ThemeChoice initial={theme} />
      <form action={signOut} onSubmit={forgetQueries} className="border-line border-t pt-2">
        <button type="submit" className={ITEM}>
          Sign out
        </button>
      </form>
    </>
  )
}

function ThemeChoice({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  const choose = (next: Theme) => {
    setTheme(next)
    applyTheme(next)
  }
  return (
    <fieldset className="my-2 border-line border-t pt-2">
      <legend className="sr-only">Theme</legend>
      {THEMES.map((choice) => (
        <label key={choice} className={`${ITEM} cursor-pointer gap-2`}>
          <input
            type="radio"
            name="theme"
            checked={theme === choice}
            onChange={() => choose(choice)}
            className="accent-ink"
          />
          {NAMES[choice]}
        </label>
      ))}
    </fieldset>
  )
}
