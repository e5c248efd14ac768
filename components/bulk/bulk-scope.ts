/** Which tasks a bulk act is about, as the dialog and the server speak of it. Pure. */

import type { CallAction } from '#components/acts/call-action.ts'
import { formatCapped } from '#components/look/format.ts'
import type { Filters } from '#components/query/task-query.ts'
import type { BulkOperation } from '#lib/task/schema.ts'
import { inInstants } from '#lib/task/window.ts'
import type { Selection } from './selection.ts'

/** The server's side of it. */
export interface BulkActions {
  readonly count: CallAction<number>
  readonly run: CallAction<BulkOperation>
}

export interface Scope {
  readonly ids?: readonly string[]
  readonly filter?: Readonly<Record<string, string>>
  readonly asOf?: string
}

/** Past this the count says "10,000+": nobody decides by more. */
export const COUNT_MAX = 10_000

export function scopeOf({ ids, everything }: Selection, filters: Filters, nowMs?: number): Scope {
  if (everything === null && ids.size > 0) return { ids: [...ids] }
  const asOfMs = nowMs ?? Date.parse(everything?.asOf ?? '')
  const filter: Record<string, string> = inInstants(filters, asOfMs)
  return { filter, asOf: new Date(asOfMs).toISOString() }
}

export function countWords(count: number): string {
  return formatCapped({ count: Math.min(count, COUNT_MAX), capped: count > COUNT_MAX })
}
