'use client'

/**
 * Invariant: it only offers. What was typed is run by Enter as it stands, unless an option was moved to, and nothing
 * that can be typed is refused. The cursor never leaves the box.
 */
import { useRouter } from 'next/navigation'
import { type RefObject, useEffect, useEffectEvent, useId, useState } from 'react'
import { complete, placeAt } from './completion.ts'
import { type Item, itemsAt, useKnownValues } from './completion-items.ts'
import { including, leftOutOf } from './exclusions.ts'
import type { Popup } from './query-popup.ts'
import { QuerySuggestions } from './query-suggestions.tsx'
import { forgetQueries } from './recent-queries.ts'
import { runQuery } from './run-query.ts'
import { FILTERS, type Filters, hrefOf, taskIdIn, without } from './task-query.ts'
import { useBox } from './use-query-box.ts'

interface QueryCompletionProps {
  input: RefObject<HTMLInputElement | null>
  filters: Filters
  onPopup: (popup: Popup) => void
}

const NOWHERE = -1

export default function QueryCompletion({ input, filters, onPopup }: QueryCompletionProps) {
  const router = useRouter()
  const prefix = useId()
  /** Where the cursor stands; null while the list is closed. */
  const [at, setAt] = useState<{ text: string; caret: number } | null>(null)
  const [active, setActive] = useState(NOWHERE)
  const place = at && placeAt(at.text, at.caret)
  const known = useKnownValues(place)
  const items = at === null ? [] : itemsAt(at.text, place, known)
  const open = items.length > 0
  const optionId = (index: number) => `${prefix}${index}`

  const look = () => {
    const { current: box } = input
    setActive(NOWHERE)
    setAt(box && { text: box.value, caret: box.selectionStart ?? box.value.length })
  }
  const close = () => {
    setAt(null)
    setActive(NOWHERE)
  }
  const choose = (item: Item | undefined) => {
    const { current: box } = input
    if (box === null || at === null || item === undefined) return
    if (item.kind === 'forget') {
      forgetQueries()
      return look()
    }
    if (item.kind === 'recent') {
      close()
      const run = runQuery(item.text, {})
      return 'href' in run ? router.push(run.href) : undefined
    }
    if (place === null) return
    const { text, caret } = complete(at.text, place, item)
    box.value = text
    box.setSelectionRange(caret, caret)
    if (item.goesOn) look()
    else close()
  }
  const steer = (event: KeyboardEvent): boolean => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && !open) look()
    else if (step !== undefined) {
      const from = active === NOWHERE && step < 0 ? 0 : active
      setActive((from + step + items.length) % items.length)
    } else if (event.key === 'Enter' && open && active !== NOWHERE) choose(items[active])
    else if (event.key === 'Tab' && open && !event.shiftKey && (active !== NOWHERE || place?.typed)) {
      choose(items[Math.max(0, active)])
    } else if (event.key === 'Escape' && open) close()
    else return false
    return true
  }
  useBox(input, {
    look,
    close,
    move: () => void (at !== null && look()),
    steer,
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
