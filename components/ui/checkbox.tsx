'use client'

import type { MouseEvent } from 'react'

interface CheckboxProps {
  label: string
  checked: boolean
  /** Some of what it stands for, not all. */
  mixed?: boolean
  onPress: (event: MouseEvent<HTMLInputElement>) => void
}

/** A box in a row or a table's head. Its label is for those who do not see the row that it stands in. */
export function Checkbox({ label, checked, mixed = false, onPress }: CheckboxProps) {
  return (
    <span className="touch inline-flex shrink-0">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        ref={(input) => {
          if (input) input.indeterminate = mixed
        }}
        // The press itself tells of Shift; a change does not.
        onClick={onPress}
        onChange={() => {}}
        className="relative z-1 size-[15px] cursor-pointer accent-ink"
      />
    </span>
  )
}
