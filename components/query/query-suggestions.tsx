'use client'

import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'
import { plural } from '#components/look/format.ts'
import type { Item } from './completion-items.ts'
import { SUGGESTIONS_ID } from './query-popup.ts'

const WIDTH = 520

interface QuerySuggestionsProps {
  items: readonly Item[]
  active: number
  optionId: (index: number) => string
  input: RefObject<HTMLInputElement | null>
  onChoose: (item: Item) => void
}

/** The list below the box, and a sentence for who cannot see it. */
export function QuerySuggestions({ items, active, optionId, input, onChoose }: QuerySuggestionsProps) {
  const open = items.length > 0
  const left = useLeft(input, open)
  const current = active < 0 ? null : optionId(active)
  useEffect(() => {
    if (current !== null) document.getElementById(current)?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <>
      <span role="status" className="sr-only">
        {open && `${plural(items.length, 'suggestion')}.`}
      </span>
      {open && (
        <div
          style={{ left, maxWidth: WIDTH }}
          className="absolute top-full right-6 z-30 mt-1 overflow-hidden rounded-10 border border-line bg-raised shadow-float max-md:right-4"
        >
          <div
            id={SUGGESTIONS_ID}
            role="listbox"
            aria-label="Suggestions"
            className="max-h-[min(26rem,45dvh)] overflow-y-auto p-1.5"
          >
            {items.map((item, index) => (
              <Option
                key={`${item.kind} ${item.text}`}
                id={optionId(index)}
                item={item}
                active={index === active}
                onChoose={onChoose}
              />
            ))}
          </div>
          <p aria-hidden="true" className="border-line border-t px-4 py-1.5 text-11 text-ink-3 max-md:hidden">
            ↑ ↓ choose · Tab takes · Enter finds · Esc closes
          </p>
        </div>
      )}
    </>
  )
}

interface OptionProps {
  id: string
  item: Item
  active: boolean
  onChoose: (item: Item) => void
}

function Option({ id, item, active, onChoose }: OptionProps) {
  const { kind, text, note } = item
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(item)}
      onKeyDown={() => {}}
      className="flex min-h-8 cursor-pointer items-center gap-6 rounded-6 px-2.5 hover:bg-hover aria-selected:bg-select aria-selected:outline-1 aria-selected:outline-focus aria-selected:-outline-offset-1 max-md:min-h-11"
    >
      <span className={`min-w-0 shrink truncate ${kind === 'forget' ? 'text-ink-2' : 'mono text-ink'}`}>{text}</span>
      <span className="ml-auto shrink-0 text-12 text-ink-3">{note}</span>
    </div>
  )
}

/** Below the words where there is room, and never past the edge of the window. */
function useLeft(input: RefObject<HTMLInputElement | null>, open: boolean): number {
  const [left, setLeft] = useState(0)
  useLayoutEffect(() => {
    const { current: box } = input
    const form = box?.form
    if (!open || !box || !form) return
    setLeft(Math.max(form.offsetLeft, Math.min(box.offsetLeft - 16, form.offsetLeft + form.offsetWidth - WIDTH)))
  }, [open, input])
  return left
}
