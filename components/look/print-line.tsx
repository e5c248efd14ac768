'use client'

import { useHydrated, useNow } from './clock.tsx'
import { formatAbsolute } from './format.ts'

/** On paper only: where it was printed from, and when. */
export function PrintLine() {
  const here = useHydrated() ? location.href : ''
  const at = formatAbsolute(new Date(useNow()).toISOString(), false)
  return (
    <p className="hidden px-6 pt-2 text-12 text-ink-2 print:block">
      Printed {at} from {here}
    </p>
  )
}
