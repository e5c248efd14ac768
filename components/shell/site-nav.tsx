'use client'

import { usePathname } from 'next/navigation'
import { createContext, type ReactNode, use } from 'react'
import { Link } from '#components/ui/link.tsx'

/** The pages, each with the key that follows `g`. */
export const PAGES = [
  { href: '/', name: 'Now', key: 'n' },
  { href: '/tasks', name: 'Tasks', key: 't' },
  { href: '/incidents', name: 'Incidents', key: 'i' },
  { href: '/workers', name: 'Workers', key: 'w' },
  { href: '/sessions', name: 'Sessions', key: 's' },
  { href: '/recovery', name: 'Recovery', key: 'r' },
  { href: '/operations', name: 'Operations', key: 'o' },
  { href: '/errors', name: 'Errors', key: 'e' },
  { href: '/audit', name: 'Audit', key: 'a' },
] as const

const TasksHref = createContext('/tasks')

/** Where the list of tasks opens: at the view that this person has chosen for it. */
export function TasksHrefProvider({ href, children }: { href: string; children: ReactNode }) {
  return <TasksHref value={href}>{children}</TasksHref>
}

export function useHrefOf(): (page: string) => string {
  const tasks = use(TasksHref)
  return (page) => (page === '/tasks' ? tasks : page)
}

export function SiteNav() {
  const current = useCurrentPage()
  const hrefOf = useHrefOf()
  return (
    <nav
      aria-label="Pages"
      className="flex h-11 min-w-0 gap-[22px] overflow-x-auto overflow-y-hidden [scrollbar-width:none] max-xl:gap-4 max-lg:gap-2.5 max-lg:text-12 max-md:hidden"
    >
      {PAGES.map(({ href, name }) => (
        <Link
          key={href}
          href={hrefOf(href)}
          aria-current={href === current?.href ? 'page' : undefined}
          className="relative flex h-11 shrink-0 items-center border-transparent border-b-2 pt-0.5 text-ink-2 hover:text-ink aria-[current]:border-ink aria-[current]:font-medium aria-[current]:text-ink"
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}

export function useCurrentPage() {
  const path = usePathname()
  return PAGES.find(({ href }) => path === href || (href !== '/' && path.startsWith(`${href}/`)))
}
