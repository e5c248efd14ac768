import type { Share } from '#components/look/share-bar.tsx'
import type { Incident } from '#lib/task/schema.ts'

/** Parts of an incident, in the order in which they matter: what is open comes first. */
export function sharesOf({ open, recovered, failed }: Incident): Share[] {
  return [
    { name: 'Open', count: open, tone: 'warn', pattern: 'hatch' },
    { name: 'Running again, or success', count: recovered, tone: 'run', pattern: 'solid' },
    { name: 'Sealed without success', count: failed, tone: 'bad', pattern: 'hatch-back' },
  ]
}
