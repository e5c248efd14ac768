import type { ReactNode } from 'react'
import { TINTS, type Tone } from '../tone.ts'

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex h-6 items-center gap-1.5 rounded-6 px-2 font-medium ${TINTS[tone]}`}>{children}</span>
  )
}
