'use client'

/** Invariant: while the list is closed there is no place, no option and nothing that was moved to. */
import { useRouter } from 'next/navigation'
import { type RefObject, useState } from 'react'
import { complete, type Place, placeAt } from './completion.ts'
import { type Item, itemsAt, useKnownValues } from './completion-items.ts'
import { type Intent, intentOf, NOWHERE } from './completion-keys.ts'
import { forgetQueries } from './recent-queries.ts'
import { runQuery } from './run-query.ts'

interface Completion {
  readonly items: readonly Item[]
  /** The option that was moved to, or `NOWHERE`. */
  readonly active: number
  /** Offers what fits where the cursor stands now. */
  look(): void
  close(): void
  /** The cursor went elsewhere. */
  move(): void
  /** Whether the key has been dealt with. */
  steer(event: KeyboardEvent): boolean
  choose(item: Item): void
}

/** What is offered for the text in the box, and what becomes of it when something is chosen. */
export function useCompletion(input: RefObject<HTMLInputElement | null>): Completion {
  const take = useTake()
  const [at, setAt] = useState<Cursor | null>(null)
  const [active, setActive] = useState(NOWHERE)
  const place = at && placeAt(at.text, at.caret)
  const known = useKnownValues(place)
  const items = at === null ? [] : itemsAt(at.text, place, known)

  const set = (next: Cursor | null) => {
    setAt(next)
    setActive(NOWHERE)
  }
  const look = () => set(cursorOf(input.current))
  const close = () => set(null)
  const choose = (item: Item | undefined) => {
    if (input.current === null || at === null || item === undefined) return
    if (take(item, input.current, at.text, place)) look()
    else close()
  }
  const follow = (intent: Intent) => {
    if (intent.kind === 'open') look()
    else if (intent.kind === 'close') close()
    else if (intent.kind === 'move') setActive(intent.index)
    else choose(items[intent.index])
  }
  const steer = (event: KeyboardEvent) => {
    const intent = intentOf(event, { count: items.length, active, begun: Boolean(place?.typed) })
    if (intent !== null) follow(intent)
    return intent !== null
  }
  return { items, active, look, close, move: () => void (at !== null && look()), steer, choose }
}

interface Cursor {
  readonly text: string
  readonly caret: number
}

function cursorOf(box: HTMLInputElement | null): Cursor | null {
  return box && { text: box.value, caret: box.selectionStart ?? box.value.length }
}

/** Does what an option stands for, and says whether there is more to choose. */
function useTake() {
  const router = useRouter()
  return (item: Item, box: HTMLInputElement, text: string, place: Place | null): boolean => {
    if (item.kind === 'recent') {
      const run = runQuery(item.text, {})
      if ('href' in run) router.push(run.href)
      return false
    }
    if (item.kind === 'forget') forgetQueries()
    if (item.kind === 'forget' || place === null) return true
    const completed = complete(text, place, item)
    box.value = completed.text
    box.setSelectionRange(completed.caret, completed.caret)
    return item.goesOn
  }
}
