'use client'

import { Suspense, useRef, useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { later } from '#components/ui/later.ts'
import type { PersonMenuProps } from './person-menu-items.tsx'

const loadItems = () => import('./person-menu-items.tsx')
const PersonMenuItems = later(loadItems)

/** On a phone it holds the pages too. A popover of the browser: it closes on Esc and on a press elsewhere by itself. */
export function PersonMenu(person: PersonMenuProps) {
  const popover = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState(false)
  const { name } = person
  return (
    <>
      <button
        type="button"
        popoverTarget="person-menu"
        aria-label={`${name}, menu`}
        onPointerEnter={loadItems}
        className="flex size-6 items-center justify-center rounded-full border border-line-2 font-medium text-11 text-ink-2 hover:bg-hover max-md:size-11 max-md:border-0 max-md:-mr-3"
      >
        <span className="max-md:hidden">{initialsOf(name)}</span>
        <Icon name="menu" size={20} className="md:hidden" />
      </button>
      <div
        id="person-menu"
        ref={popover}
        popover="auto"
        onToggle={() => setOpened(true)}
        className="fixed inset-auto top-10 right-4 m-0 w-56 rounded-10 border border-line bg-raised p-2 text-ink shadow-float"
      >
        {opened && (
          <Suspense>
            <PersonMenuItems {...person} onLeave={() => popover.current?.hidePopover()} />
          </Suspense>
        )}
      </div>
    </>
  )
}

/** "Ana Ruiz" is AR, "admin" is AD. */
function initialsOf(name: string): string {
  const [first = '', second] = name.split(/[\s._-]+/)
  return (second ? first.charAt(0) + second.charAt(0) : first.slice(0, 2)).toUpperCase()
}
