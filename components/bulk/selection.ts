'use client'

/**
 * Invariant: a selection belongs to one query and is kept by the browser's tab, so that it outlives a refresh and never
 * carries over to another query. It is a set of ids, or all that matched at one moment.
 */
import { useEffect, useState } from 'react'

/** All that matched at a moment. `count` stops at `COUNT_MAX`. */
export interface Everything {
  readonly asOf: string
  readonly count: number
}

export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly everything: Everything | null
}

export interface Selecting extends Selection {
  toggle(id: string): void
  /** From the row that was chosen last to this one, both included, as the page has them. */
  extendTo(id: string, page: readonly string[]): void
  setPage(page: readonly string[], on: boolean): void
  chooseEverything(everything: Everything): void
  clear(): void
}

const NONE: Selection = { ids: new Set(), everything: null }
const STORE = 'rollcall-selection'

export function useSelection(query: string): Selecting {
  const [state, setState] = useState<{ query: string; last: string | null } & Selection>({ query, last: null, ...NONE })
  // Another query begins with nothing chosen.
  if (state.query !== query) setState({ query, last: null, ...NONE })
  useEffect(() => {
    const kept = readKept(query)
    if (kept) setState((now) => ({ ...now, ...kept }))
  }, [query])
  const change = (next: Selection, last: string | null = state.last) => {
    keep(query, next)
    setState({ query, last, ...next })
  }
  return {
    ids: state.ids,
    everything: state.everything,
    toggle(id) {
      const ids = new Set(state.ids)
      if (!ids.delete(id)) ids.add(id)
      change({ ids, everything: null }, id)
    },
    extendTo(id, page) {
      const [from, to] = [page.indexOf(state.last ?? id), page.indexOf(id)].toSorted((a, b) => a - b)
      const between = page.slice(Math.max(0, from ?? 0), (to ?? 0) + 1)
      change({ ids: new Set([...state.ids, ...between]), everything: null }, id)
    },
    setPage(page, on) {
      const others = [...state.ids].filter((id) => !page.includes(id))
      change({ ids: new Set(on ? [...others, ...page] : others), everything: null })
    },
    chooseEverything: (everything) => change({ ids: state.ids, everything }),
    clear: () => change(NONE, null),
  }
}

export function countOf({ ids, everything }: Selection): number {
  return everything?.count ?? ids.size
}

function keep(query: string, { ids, everything }: Selection): void {
  if (ids.size === 0 && everything === null) sessionStorage.removeItem(STORE)
  else sessionStorage.setItem(STORE, JSON.stringify({ query, ids: [...ids], everything }))
}

function readKept(query: string): Selection | null {
  try {
    // Written by `keep` above, by this page or an older one of it.
    const kept = JSON.parse(sessionStorage.getItem(STORE) ?? 'null') as {
      query: string
      ids: string[]
      everything: Everything | null
    } | null
    return kept?.query === query ? { ids: new Set(kept.ids), everything: kept.everything } : null
  } catch {
    return null
  }
}
