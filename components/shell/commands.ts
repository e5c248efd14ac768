/** What the palette offers. Pure. */

import { hrefOf as hrefOfTasks, taskIdIn } from '#components/query/task-query.ts'
import type { View } from '#lib/task/view.ts'
import { PAGES } from './site-nav.tsx'

export type Command = {
  readonly key: string
  readonly name: string
  readonly note: string
  /** Why it would be refused; then it stays in its place and says so. */
  readonly refusal: string | null
} & ({ readonly href: string } | { readonly act: 'pause' | 'help' })

export function commandsFor(
  hrefOf: (page: string) => string,
  views: readonly View[],
  pauseRefusal: string | null,
): Command[] {
  return [
    ...PAGES.map(({ href, name, key }) => ({ key: href, name, note: `g ${key}`, refusal: null, href: hrefOf(href) })),
    ...views.map(({ id, name, filters, mine, owner }) => ({
      key: id,
      name: `View: ${name}`,
      note: mine ? 'yours' : `shared by ${owner}`,
      refusal: null,
      href: hrefOfTasks(filters),
    })),
    { key: 'pause', name: 'Pause automatic recovery…', note: '', refusal: pauseRefusal, act: 'pause' },
    { key: 'help', name: 'Show all keys', note: '?', refusal: null, act: 'help' },
  ]
}

/** Those that hold all words in any order; what is typed can always be searched for, and a whole id opened. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
  if (words.length === 0) return found
  const id = taskIdIn(text)
  const typed = text.trim()
  const more: Command =
    id === null
      ? { key: 'search', name: `Search tasks for “${typed}”`, note: '', refusal: null, href: hrefOfTasks({ q: typed }) }
      : { key: 'open', name: `Open task ${id}`, note: '', refusal: null, href: `/tasks/${id}` }
  return [...found, more]
}
