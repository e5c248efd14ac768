import type { ReactNode } from 'react'
import type { Exclusion } from '#lib/task/terms.ts'

/** A value that others can be found by: a pointer that rests on it is offered those. */
export function Findable({ name, value, children }: Exclusion & { children?: ReactNode }) {
  return (
    <span data-find={name} data-value={value}>
      {children ?? value}
    </span>
  )
}
