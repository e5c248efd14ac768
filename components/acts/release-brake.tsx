'use client'

import type { Role } from '#lib/task/schema.ts'
import { ReasonButton } from './reason-button.tsx'
import { type Act, roleRefusal } from './task-acts.ts'

/** A second wave died with what was handed on: only a person lets it go on. */
export function ReleaseBrake({ incidentId, role, action }: { incidentId: string; role: Role; action: Act }) {
  return (
    <ReasonButton
      title="Let automatic recovery go on"
      consequence="Its tasks are put before their strategies again, one after the other."
      confirm="Let it go on"
      label="Reason, kept with the incident"
      field="reason"
      hidden={{ incidentId }}
      action={action}
      refusal={roleRefusal('Release', role)}
    >
      Let it go on…
    </ReasonButton>
  )
}
