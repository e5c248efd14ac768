'use client'

import type { EventType } from '#lib/task/schema.ts'
import { useLivePage } from './live.tsx'

/** Renders a page of records anew when an event of these kinds arrives, and by the clock where ages of records are shown. */
export function LiveRecords({ prefixes, pollMs = null }: { prefixes: readonly Prefix[]; pollMs?: number | null }) {
  useLivePage((event) => prefixes.some((prefix) => event.type.startsWith(prefix)), pollMs)
  return null
}

type Prefix = EventType | 'task.' | 'worker.' | 'recovery.' | 'operation.' | 'incident.'
