import { formatClock, formatDuration } from '#components/look/format.ts'
import type { ActivityWorker } from '#lib/task/activity.ts'
import { type Bar, HEAD, type View, xOf, yOf } from './activity-layout.ts'

const WIDTH = 280

interface ActivityTipProps {
  bar: Bar
  worker: ActivityWorker | undefined
  view: View
  nowMs: number
}

/** What the bar is, beside it; read aloud as the cursor moves. */
export function ActivityTip({ bar, worker, view, nowMs }: ActivityTipProps) {
  const { attempt, look, fromMs, toMs, tailMs, refusedMs } = bar
  const left = Math.min(Math.max(8, xOf(view, fromMs)), Math.max(8, view.width - WIDTH - 8))
  const to = toMs === null ? 'now' : formatClock(toMs)
  return (
    <div
      role="status"
      className="pointer-events-none absolute z-10 rounded-6 bg-dock px-3 py-2 text-12 text-dock-ink shadow-float"
      style={{ left, top: HEAD + yOf(bar) + 14, width: Math.min(WIDTH, view.width - 16) }}
    >
      <p className="truncate font-medium text-13">{attempt.title}</p>
      <p>
        {look.word}, attempt {attempt.attempt}
        {worker && ` on ${worker.name}`}
      </p>
      <p className="mono">
        {formatClock(fromMs)} to {to}, {formatDuration((toMs ?? nowMs) - fromMs)}
      </p>
      {refusedMs !== null && <p>Its report was refused at {formatClock(refusedMs)}: it came too late, and is kept.</p>}
      {tailMs !== null && (
        <p>
          Last heartbeat {to}. Nobody knows what happened until {formatClock(tailMs)}.
        </p>
      )}
    </div>
  )
}
