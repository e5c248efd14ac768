'use client'

import type { ReactNode } from 'react'
import { chipClass } from './chip-link.tsx'
import { classNames } from './class-names.ts'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: ReactNode
}

interface SegmentsProps<Value extends string> {
  label: string
  /** Null when none of them holds. */
  value: Value | null
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
          className={chipClass(choice.value === value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  )
}
