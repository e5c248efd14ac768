import type { ReactNode } from 'react'
import { plural } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import type { Incident, RecoveryPause } from '#lib/task/schema.ts'

interface IncidentBandProps {
  incident: Incident
  pause: RecoveryPause | null
  /** The button that lets automatic recovery go on. */
  release: ReactNode
}

/** What automatic recovery does about it, in one sentence. */
export function IncidentBand({ incident, pause, release }: IncidentBandProps) {
  const { resolvedAt, brakedAt, brakeReason, open } = incident
  if (resolvedAt !== null) return null
  if (brakedAt !== null) {
    return (
      <Band tone="bg-bad-bg">
        <p className="font-medium text-15">
          Automatic recovery of these tasks has stopped, until an operator releases it.
        </p>
        <p className="text-12 text-ink-2">
          Since <Moment at={brakedAt} />
          {brakeReason !== null && `: ${brakeReason}`}
        </p>
        <div className="mt-2 print:hidden">{release}</div>
      </Band>
    )
  }
  if (pause !== null) {
    return (
      <Band tone="bg-warn-bg">
        <p className="font-medium text-15">
          Automatic recovery is paused until <Moment at={pause.until} />.
        </p>
        <p className="text-12 text-ink-2">
          By {pause.actorName}: “{pause.reason}”
        </p>
      </Band>
    )
  }
  if (open === 0) return null
  return (
    <Band tone="bg-warn-bg">
      <p className="font-medium text-15">
        {plural(open, 'task is', 'tasks are')} open. What each waits for stands beside it below.
      </p>
    </Band>
  )
}

function Band({ tone, children }: { tone: string; children: ReactNode }) {
  return (
    <section aria-label="What happens next" className={`px-6 py-3 max-md:px-4 ${tone}`}>
      {children}
    </section>
  )
}
