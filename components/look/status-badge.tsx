import { StatusIcon } from './status-icon.tsx'
import type { StatusLook } from './task-status.tsx'
import type { Tone } from './tone.ts'

/** Icon and word on the tone's tint, as beside a title. */
export function StatusBadge({ look }: { look: StatusLook }) {
  return (
    <span className={`inline-flex h-6 items-center gap-1.5 rounded-6 pr-2 pl-1.5 font-medium ${TINTS[look.tone]}`}>
      <StatusIcon shape={look.shape} />
      {look.word}
    </span>
  )
}

const TINTS: Record<Tone, string> = {
  run: 'bg-run-bg text-run-fg',
  wait: 'bg-wait-bg text-wait-fg',
  warn: 'bg-warn-bg text-warn-fg',
  bad: 'bg-bad-bg text-bad-fg',
  good: 'bg-good-bg text-good-fg',
  plum: 'bg-plum-bg text-plum-fg',
  teal: 'bg-teal-bg text-teal-fg',
  mute: 'bg-mute-bg text-ink-2',
}
