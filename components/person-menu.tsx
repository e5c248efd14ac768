'use client'

import { useRef, useState } from 'react'
import type { Role } from '#lib/task/schema.ts'
import { PAGES, useCurrentPage } from './site-nav.tsx'
import { applyTheme, THEMES, type Theme } from './theme.ts'
import { Icon } from './ui/icon.tsx'
import { Link } from './ui/link.tsx'

export interface PersonMenuProps {
  name: string
  role: Role
  theme: Theme
  signOut: () => Promise<void>
}

const NAMES: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' }
const ITEM = 'touch flex w-full items-center rounded-6 px-2 py-1.5 text-left hover:bg-hover'

/** On a phone it holds the pages too. A popover of the browser: it closes on Esc and on a press elsewhere by itself. */
export function PersonMenu({ name, role, theme, signOut }: PersonMenuProps) {
  const popover = useRef<HTMLDivElement>(null)
  const current = useCurrentPage()
  return (
    <>
      <button
        type="button"
        popoverTarget="person-menu"
        aria-label={`${name}, menu`}
        className="flex size-6 items-center justify-center rounded-full border border-line-2 font-medium text-11 text-ink-2 hover:bg-hover max-md:size-11 max-md:border-0 max-md:-mr-3"
      >
        <span className="max-md:hidden">{initialsOf(name)}</span>
        <Icon name="menu" size={20} className="md:hidden" />
      </button>
      <div
        id="person-menu"
        ref={popover}
        popover="auto"
        className="fixed inset-auto top-10 right-4 m-0 w-56 rounded-10 border border-line bg-raised p-2 text-ink shadow-float"
      >
        <nav aria-label="Pages" className="mb-2 border-line border-b pb-2 md:hidden">
          {PAGES.map((page) => (
            <Link
              key={page.href}
              href={page.href}
              aria-current={page === current ? 'page' : undefined}
              className={`${ITEM} aria-[current]:font-medium`}
              onClick={() => popover.current?.hidePopover()}
            >
              {page.name}
            </Link>
          ))}
        </nav>
        <p className="px-2 py-1">
          <span className="font-medium">{name}</span> <span className="text-ink-3">{role}</span>
        </p>
        <ThemeChoice initial={theme} />
        <form action={signOut} className="border-line border-t pt-2">
          <button type="submit" className={ITEM}>
            Sign out
          </button>
        </form>
      </div>
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

/** "Ana Ruiz" is AR, "admin" is AD. */
function initialsOf(name: string): string {
  const [first = '', second] = name.split(/[\s._-]+/)
  return (second ? first.charAt(0) + second.charAt(0) : first.slice(0, 2)).toUpperCase()
}
