'use client'

/**
 * Invariant: it only offers. What was typed is run by Enter as it stands, unless an option was moved to, and nothing
 * that can be typed is refused. The cursor never leaves the box.
 */
import { useRouter } from 'next/navigation'
import { type RefObject, useEffect, useEffectEvent, useId } from 'react'
import { NOWHERE } from './completion-keys.ts'
import { including, leftOutOf } from './exclusions.ts'
import type { Popup } from './query-popup.ts'
import { QuerySuggestions } from './query-suggestions.tsx'
import { FILTERS, type Filters, hrefOf, taskIdIn, without } from './task-query.ts'
import { useCompletion } from './use-completion.ts'
import { useBox } from './use-query-box.ts'

interface QueryCompletionProps {
  input: RefObject<HTMLInputElement | null>
  filters: Filters
  onPopup: (popup: Popup) => void
}

export default function QueryCompletion({ input, filters, onPopup }: QueryCompletionProps) {
  const router = useRouter()
  const prefix = useId()
  const { items, active, choose, ...keys } = useCompletion(input)
  const open = items.length > 0
  const optionId = (index: number) => `${prefix}${index}`
  useBox(input, {
    ...keys,
    edit: (key, text) => {
      if (key === 'Escape') input.current?.blur()
      const shorter = key === 'Backspace' && text === '' ? withoutLast(filters) : null
      if (shorter !== null) router.push(hrefOf(shorter))
    },
    paste: (text) => {
      const id = input.current?.value === '' ? taskIdIn(text) : null
      if (id !== null) router.push(`/tasks/${id}`)
      return id !== null
    },
  })
  const tell = useEffectEvent(onPopup)
  useEffect(() => tell({ open, active: active === NOWHERE ? undefined : `${prefix}${active}` }), [open, active, prefix])
  return <QuerySuggestions {...{ items, active, optionId, input }} onChoose={choose} />
}

/** Without the chip that stands last; null when there is none. */
function withoutLast(filters: Filters): Filters | null {
  const last = leftOutOf(filters).at(-1)
  if (last !== undefined) return including(filters, last)
  const filter = FILTERS.findLast((each) => filters[each])
  return filter === undefined ? null : without(filters, filter)
}
