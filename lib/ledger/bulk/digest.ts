import { createHash } from 'node:crypto'
import type { RunOperation } from '#lib/task/operation-commands.ts'

/** By which an order that is sent again is told from another one under the same id. When it begins does not matter. */
export function digestOf({ action, reason, ids, filter, asOf, workerId, holdMs }: RunOperation): string {
  const named = ids && [...new Set(ids)].toSorted()
  const asked = filter && Object.entries(filter).toSorted(([left], [right]) => (left < right ? -1 : 1))
  const parts = [action, reason, named, asked, asOf, workerId, holdMs].map((part) => part ?? null)
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
