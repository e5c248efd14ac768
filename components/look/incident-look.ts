import type { Incident, IncidentCause } from '#lib/task/schema.ts'
import type { StatusShape } from './status-icon.tsx'
import type { Tone } from './tone.ts'

interface IncidentLook {
  readonly word: string
  readonly shape: StatusShape
  readonly tone: Tone
  readonly loud: boolean
}

/** What a person has to know first: that recovery waits for somebody, that it is open, or that it is over. */
export function incidentLookOf({ resolvedAt, brakedAt }: Incident): IncidentLook {
  if (resolvedAt !== null) return { word: 'Resolved', shape: 'check-solid', tone: 'good', loud: false }
  if (brakedAt !== null) return { word: 'Recovery stopped', shape: 'octagon-solid', tone: 'bad', loud: true }
  return { word: 'Open', shape: 'half', tone: 'warn', loud: true }
}

/** Exhaustive: a new cause does not compile until it has words. */
export const CAUSE_WORDS: Record<IncidentCause, string> = {
  worker_death: 'A worker died',
  worker_shutdown: 'A worker shut down with work in hand',
  host_reboot: 'A host was restarted',
  mass_event: 'Many workers fell silent at once',
}
