'use client'

import { ReasonButton } from '#components/acts/reason-button.tsx'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { roleRefusal } from '#components/acts/task-acts.ts'
import { useNow } from '#components/look/clock.tsx'
import { formatDuration } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import type { RecoveryPause } from '#lib/task/schema.ts'

/** Says on every page that nothing is recovered by itself: who said so, why, and until when. */
export default function PauseBand({ pause, recovery }: { pause: RecoveryPause; recovery: RecoveryControl }) {
  const leftMs = Date.parse(pause.until) - useNow()
  if (leftMs <= 0) return null
  return (
    <section
      aria-label="Recovery is paused"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-warn-fill border-b bg-warn-bg px-6 py-2 max-md:px-4"
    >
      <p className="min-w-0 flex-1 max-md:basis-full">
        <span className="font-medium">
          Automatic recovery is paused until <Moment at={pause.until} /> UTC, for {formatDuration(leftMs)}.
        </span>{' '}
        <span className="text-ink-2">
          By {pause.actorName}: “{pause.reason}”
        </span>
      </p>
      <div className="print:hidden">
        <ReasonButton
          title="Let automatic recovery go on"
          consequence="What is due is reassigned at once."
          confirm="Let recovery go on"
          label="Reason, kept with the pause"
          field="reason"
          hidden={{ pauseId: pause.id }}
          action={recovery.unpause}
          refusal={roleRefusal('Release', recovery.role)}
        >
          Let it go on…
        </ReasonButton>
      </div>
    </section>
  )
}
