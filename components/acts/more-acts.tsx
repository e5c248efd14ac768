'use client'

import { useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { MORE_ACTS } from './task-acts.ts'

type MoreAct = (typeof MORE_ACTS)[number]
const NAMES: Record<MoreAct, string> = {
  hold: 'Hold…',
  release: 'Release…',
  compensate: 'Compensate…',
  adopt: 'Adopt a late report…',
  quarantine: 'Quarantine…',
}

const GAP = 4

interface MoreActsProps {
  refusalOf: (act: MoreAct) => string | null
  onPress: (act: MoreAct) => void
}

/** The acts that are rarer, in a popover of the browser. A refused one stays in its place, with the reason below it. */
export function MoreActs({ refusalOf, onPress }: MoreActsProps) {
  const popover = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  // Below the button, or above it where there is more room: on a phone it stands at the lower edge.
  const place = () => {
    const at = button.current?.getBoundingClientRect()
    const { style } = popover.current ?? {}
    if (!at || !style) return
    const isLow = at.bottom > innerHeight / 2
    style.right = `${Math.max(8, innerWidth - at.right)}px`
    style.top = isLow ? 'auto' : `${at.bottom + GAP}px`
    style.bottom = isLow ? `${innerHeight - at.top + GAP}px` : 'auto'
  }
  const press = (act: MoreAct) => {
    popover.current?.hidePopover()
    onPress(act)
  }
  return (
    <>
      <Button ref={button} popoverTarget="more-acts" className="max-md:h-11 max-md:px-2">
        More…
      </Button>
      <div
        id="more-acts"
        ref={popover}
        popover="auto"
        className="fixed inset-auto m-0 w-72 rounded-10 border border-line bg-raised p-2 text-ink shadow-float"
        onBeforeToggle={place}
      >
        {MORE_ACTS.map((act) => {
          const refusal = refusalOf(act)
          return (
            <button
              key={act}
              type="button"
              aria-disabled={refusal !== null}
              onClick={() => refusal === null && press(act)}
              className="touch flex w-full flex-col items-start rounded-6 px-2 py-1.5 text-left hover:bg-hover aria-disabled:cursor-default aria-disabled:text-ink-3 aria-disabled:hover:bg-transparent"
            >
              {NAMES[act]}
              {refusal !== null && <span className="text-12">{refusal}</span>}
            </button>
          )
        })}
      </div>
    </>
  )
}
