'use client'

import { useEffect, useEffectEvent, useState } from 'react'
import { Link } from '#components/ui/link.tsx'
import type { Task } from '#lib/task/schema.ts'
import { EXCLUDABLE } from '#lib/task/terms.ts'
import { type FindValue, findValuesOf, notThese, onlyThese } from './task-find-values.ts'
import type { Filters } from './task-query.ts'

interface FindTipProps {
  tasks: readonly Task[]
  filters: Filters
}

interface Shown {
  readonly value: FindValue
  readonly left: number
  readonly top: number
}

/** Long enough that a pointer on its way calls nothing up. */
const REST_MS = 300
const LEAVE_MS = 150
const WIDTH = 92

/** Beside the value that the pointer rests on: only these, or not these. Keys have the dialog of all values instead. */
export default function FindTip({ tasks, filters }: FindTipProps) {
  const [shown, setShown] = useState<Shown | null>(null)
  useResting((place) => setShown(place && shownAt(place, tasks)))
  if (shown === null) return null
  const { value, left, top } = shown
  const about = `${value.name} ${value.words}`
  return (
    <div
      data-find-tip
      style={{ left, top, width: WIDTH }}
      className="fixed z-15 flex h-6 overflow-hidden rounded-6 border border-line-2 bg-raised text-12 shadow-float"
    >
      <Choice href={onlyThese(filters, value)} label={`Only ${about}`} onFollow={() => setShown(null)}>
        only
      </Choice>
      <Choice href={notThese(filters, value)} label={`Not ${about}`} onFollow={() => setShown(null)}>
        not
      </Choice>
    </div>
  )
}

/** Tells of the place that the pointer has come to rest on, and once it has left, scrolled away or Esc was pressed. */
function useResting(onRest: (place: HTMLElement | null) => void): void {
  const tell = useEffectEvent(onRest)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let over: Element | null = null
    const later = (ms: number, what: () => void) => {
      clearTimeout(timer)
      timer = setTimeout(what, ms)
    }
    const move = (event: PointerEvent) => {
      const target = event.pointerType === 'mouse' && event.target instanceof Element ? event.target : null
      if (target?.closest('[data-find-tip]')) return clearTimeout(timer)
      const place = target?.closest<HTMLElement>(PLACES) ?? null
      if (place === null || place !== over) rest(place)
    }
    const rest = (place: HTMLElement | null) => {
      over = place
      if (place === null) later(LEAVE_MS, () => tell(null))
      else later(REST_MS, () => tell(place))
    }
    const hide = () => {
      clearTimeout(timer)
      over = null
      tell(null)
    }
    const dismiss = (event: KeyboardEvent) => event.key === 'Escape' && hide()
    // The pointer that called for this rests on something already; a finger does not.
    if (matchMedia('(hover: hover)').matches) rest(document.querySelector<HTMLElement>(`:is(${PLACES}):hover`))
    document.addEventListener('pointerover', move)
    document.addEventListener('scroll', hide, { passive: true, capture: true })
    document.addEventListener('keydown', dismiss)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', move)
      document.removeEventListener('scroll', hide, { capture: true })
      document.removeEventListener('keydown', dismiss)
    }
  }, [])
}

interface ChoiceProps {
  href: string
  label: string
  onFollow: () => void
  children: string
}

function Choice({ href, label, onFollow, children }: ChoiceProps) {
  return (
    <Link
      href={href}
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={onFollow}
      className="flex flex-1 items-center justify-center border-line-2 text-ink-2 hover:bg-hover hover:text-ink [&+&]:border-l"
    >
      {children}
    </Link>
  )
}

/** By the names of the columns, wherever they stand. */
const COLUMNS: Readonly<Record<string, FindValue['name']>> = {
  Status: 'status',
  'Repo and issue': 'repo',
  Agent: 'agent',
  Model: 'model',
  Worker: 'worker',
  Error: 'error',
}

/** A cell of the list, or what says of itself what it is. */
const PLACES = '#tasks tbody td, [data-find]'

/** Right behind the words in a table, where a cell has room; below them where the next value follows at once. */
function shownAt(place: HTMLElement, tasks: readonly Task[]): Shown | null {
  const value = valueAt(place, tasks)
  if (value === undefined) return null
  const box = place.getBoundingClientRect()
  const inTable = place.closest('td') !== null
  const left = inTable ? Math.min(wordsEnd(place), box.right) + 6 : box.left - 8
  const top = inTable ? box.top + (box.height - 24) / 2 : box.bottom + 1
  return { value, left: Math.min(left, window.innerWidth - WIDTH - 8), top }
}

function valueAt(place: HTMLElement, tasks: readonly Task[]): FindValue | undefined {
  const id = place.closest('tr')?.getAttribute('data-task')
  const task = id ? tasks.find((each) => each.id === id) : tasks[0]
  const values = task === undefined ? [] : findValuesOf(task)
  const { find, value } = place.dataset
  if (find !== undefined) {
    const name = EXCLUDABLE.find((each) => each === find)
    return name && value ? { name, value, words: value } : undefined
  }
  const cell = place instanceof HTMLTableCellElement ? place.cellIndex : -1
  const head = place.closest('table')?.tHead?.rows[0]?.cells[cell]
  return values.find(({ name }) => name === COLUMNS[head?.textContent ?? ''])
}

function wordsEnd(place: HTMLElement): number {
  const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  const words = document.createRange()
  let end = place.getBoundingClientRect().left
  while (texts.nextNode()) {
    words.selectNodeContents(texts.currentNode)
    end = Math.max(end, words.getBoundingClientRect().right)
  }
  return end
}
