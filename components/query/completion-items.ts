'use client'

import { useEffect, useState } from 'react'
import { readRecord } from '#components/ui/read-record.ts'
import { VALUES_OF, type ValuesOf } from '#lib/task/terms.ts'
import { type Place, type Suggestion, suggestionsAt } from './completion.ts'
import { recentQueries } from './recent-queries.ts'

/** What the list holds: a query that was run before, a way to forget those, or what can be typed next. */
export type Item =
  | { readonly kind: 'recent'; readonly text: string; readonly note: string }
  | { readonly kind: 'forget'; readonly text: string; readonly note: string }
  | ({ readonly kind: 'suggestion' } & Suggestion)

export function itemsAt(text: string, place: Place | null, known: readonly string[]): Item[] {
  const suggestions = place === null ? [] : suggestionsAt(place, known)
  const items = suggestions.map((each) => ({ kind: 'suggestion', ...each }) as const)
  if (text.trim() !== '') return items
  const recent = recentQueries().map((query) => ({ kind: 'recent', text: query, note: 'asked before' }) as const)
  if (recent.length === 0) return items
  return [...recent, ...items, { kind: 'forget', text: 'Forget what was asked before', note: 'in this browser' }]
}

const GATHER_MS = 120

/** The values on record that hold what is being typed. Without an answer there is nothing to choose, and all to type. */
export function useKnownValues(place: Place | null): readonly string[] {
  const [known, setKnown] = useState<{ of: ValuesOf | undefined; values: readonly string[] }>()
  const of = VALUES_OF.find((each) => each === place?.filter)
  const typed = place?.typed.slice(0, 200) ?? ''
  useEffect(() => {
    if (of === undefined) return
    const asked = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const { values } = await readRecord<{ values: string[] }>('task-values', { of, q: typed }, asked.signal)
        setKnown({ of, values })
      } catch {
        if (!asked.signal.aborted) setKnown({ of, values: [] })
      }
    }, GATHER_MS)
    return () => {
      clearTimeout(timer)
      asked.abort()
    }
  }, [of, typed])
  return known !== undefined && known.of === of ? known.values : []
}
