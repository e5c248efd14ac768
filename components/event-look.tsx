import {
  ArrowRightLeft,
  CircleSlash2,
  Filter,
  Link2,
  type LucideIcon,
  MessageSquare,
  Power,
  RotateCcw,
  ShieldX,
  TrendingUp,
  Undo2,
} from 'lucide-react'
import type { EventType, TaskEvent } from '#lib/task/schema.ts'
import { StatusIcon, type StatusShape } from './status-icon.tsx'
import { STATUS_LOOKS } from './task-status.tsx'
import { type Tone, WORDS } from './tone.ts'

/** What kind of line it is on a timeline: a change of status, an act of a person, a refusal, or what else happened. */
export type EventKind = 'transition' | 'act' | 'refusal' | 'report'

interface EventLook {
  readonly kind: EventKind
  readonly mark: StatusShape | LucideIcon
  readonly tone: Tone
}

const { queued, running, waiting, interrupted, failed, success, cancelled, quarantined } = STATUS_LOOKS
const quiet = (kind: EventKind, mark: LucideIcon): EventLook => ({ kind, mark, tone: 'mute' })
const change = (look: { shape: StatusShape; tone: Tone }): EventLook => ({
  kind: 'transition',
  mark: look.shape,
  tone: look.tone,
})

/** The one map from event to look; its keys are also the names that the stream is listened to by. */
export const EVENT_LOOKS: Record<EventType, EventLook> = {
  'task.created': change(queued),
  'task.started': change(running),
  'task.waiting': change(waiting),
  'task.progress': quiet('report', TrendingUp),
  'task.session_linked': quiet('report', Link2),
  'task.finished': change(success),
  'task.late_result': change(success),
  'task.interrupted': change(interrupted),
  'task.failed': change(failed),
  'task.reassigned': quiet('act', ArrowRightLeft),
  'task.reassignment_undone': quiet('act', Undo2),
  'task.cancel_requested': quiet('act', CircleSlash2),
  'task.cancelled': change(cancelled),
  'task.quarantined': change(quarantined),
  'task.noted': quiet('act', MessageSquare),
  'task.refused': { kind: 'refusal', mark: ShieldX, tone: 'bad' },
  'worker.registered': quiet('report', Power),
  'worker.drained': quiet('act', Filter),
  'worker.resumed': quiet('act', RotateCcw),
  'worker.stopped': quiet('report', Power),
  'worker.died': { kind: 'transition', mark: Power, tone: 'bad' },
  'recovery.ran': quiet('report', RotateCcw),
  'recovery.amnesty': quiet('report', RotateCcw),
}

// The keys of an exhaustive map over EventType are exactly its values.
export const EVENT_NAMES = Object.keys(EVENT_LOOKS) as EventType[]

/** A finish wears the look of what it finished as. */
export function eventLookOf(event: TaskEvent): EventLook {
  const look = EVENT_LOOKS[event.type]
  return look.kind === 'transition' && event.toStatus !== null ? { ...look, ...markOf(event.toStatus) } : look
}

export function EventMark({ look }: { look: EventLook }) {
  const className = WORDS[look.tone]
  if (typeof look.mark === 'string') return <StatusIcon shape={look.mark} className={className} />
  const Icon = look.mark
  return <Icon size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden className={`shrink-0 ${className}`} />
}

function markOf(status: keyof typeof STATUS_LOOKS): { mark: StatusShape; tone: Tone } {
  const { shape, tone } = STATUS_LOOKS[status]
  return { mark: shape, tone }
}
