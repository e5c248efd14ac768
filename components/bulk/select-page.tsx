'use client'

import { createContext, use } from 'react'
import { Checkbox } from '#components/ui/checkbox.tsx'
import type { Selecting } from './selection.ts'

/** The ids of the rows that may be chosen, and what is. */
export const SelectPageContext = createContext<{ page: readonly string[]; selection: Selecting } | null>(null)

/** The box in the table's head stands for this page. */
export function SelectPage() {
  const table = use(SelectPageContext)
  if (table === null) return null
  const { page, selection } = table
  const chosen = page.filter((id) => selection.ids.has(id)).length
  const all = page.length > 0 && chosen === page.length
  return (
    <Checkbox
      label="Select this page"
      checked={all}
      mixed={chosen > 0 && !all}
      onPress={() => selection.setPage(page, !all)}
    />
  )
}
