/** The log's own names in words, and where they lead. */
import type { AuditEntry } from '#lib/task/audit.ts'

/** `reassignTask` as "Reassign task", `incident.braked` as "Incident braked". */
export function wordsOf(action: string): string {
  const words = action
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[._]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const PLACES: Record<string, string> = {
  task: '/tasks',
  incident: '/incidents',
  worker: '/workers',
  operation: '/operations',
}

export function auditHref(target: AuditEntry['target']): string | null {
  const place = target && PLACES[target.kind]
  return place ? `${place}/${encodeURIComponent(target.id)}` : null
}

/** The one word of a change that says most: from which status to which. */
export function changeWords({ before, after }: Pick<AuditEntry, 'before' | 'after'>): string {
  const [from, to] = [statusOf(before), statusOf(after)]
  return to === null ? '' : from === null ? to : `${from} → ${to}`
}

function statusOf(side: unknown): string | null {
  if (typeof side !== 'object' || side === null) return null
  const found = 'status' in side ? side.status : 'state' in side ? side.state : null
  return typeof found === 'string' ? found : null
}
