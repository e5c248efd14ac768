'use client'

import { ButtonLink } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { type FindValue, notThese, onlyThese } from './task-find-values.ts'
import type { Filters } from './task-query.ts'

interface FindDialogProps {
  /** What is shown now, and is narrowed. */
  filters: Filters
  values: readonly FindValue[]
  open: boolean
  onClose: () => void
}

const CHOICES = [
  { word: 'Only', kind: 'plain', hrefOf: onlyThese },
  { word: 'Not', kind: 'quiet', hrefOf: notThese },
] as const

/** Everything that a task can be found by, each with the list of those like it and of all others. */
export default function FindDialog({ filters, values, open, onClose }: FindDialogProps) {
  return (
    <Dialog title="Find by a value of this task" open={open} onClose={onClose}>
      <ul className="min-h-0 overflow-y-auto px-6 py-4 max-md:px-4">
        {values.map((each) => (
          <li
            key={`${each.name}:${each.value}`}
            className="flex min-h-10 items-center gap-3 border-line border-b last:border-0 max-md:min-h-13"
          >
            <span className="w-16 shrink-0 text-12 text-ink-3">{each.name}</span>
            <span className="mono min-w-0 flex-1 truncate text-ink" title={each.value}>
              {each.words}
            </span>
            {CHOICES.map(({ word, kind, hrefOf }) => (
              <ButtonLink
                key={word}
                kind={kind}
                size="small"
                href={hrefOf(filters, each)}
                onClick={onClose}
                aria-label={`${word} ${each.name} ${each.words}`}
              >
                {word} these
              </ButtonLink>
            ))}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
