'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

const CHIP = 'touch inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-6 px-2 text-12'
const OFF = 'text-ink-2 hover:bg-hover hover:text-ink'
const ON = 'bg-select font-medium text-ink'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: ReactNode
}

interface SegmentsProps<Value extends string> {
  label: string
  value: Value
  choices: readonly Choice<Value>[]
  onChange: (value: Value) => void
  className?: string
}

/** One of a few, at once: filters of a timeline, streams of an output. */
export function Segments<Value extends string>({ label, value, choices, onChange, className }: SegmentsProps<Value>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a box and its legend cannot stand in a line
    <div role="group" aria-label={label} className={classNames('flex items-center gap-1', className)}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
          className={classNames(CHIP, choice.value === value ? ON : OFF)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  )
}

/** The same for places: each is a link, so that it can be opened, copied and gone back from. */
export function ChipLink({ href, current, children }: { href: string; current: boolean; children: ReactNode }) {
  return (
    <Link href={href} aria-current={current ? 'page' : undefined} className={classNames(CHIP, current ? ON : OFF)}>
      {children}
    </Link>
  )
}
