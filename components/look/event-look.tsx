import {
  ArrowRightLeft,
  Check,
  CircleSlash2,
  CloudLightning,
  Eye,
  Filter,
  Hand,
  Import,
  Link2,
  ListChecks,
  type LucideIcon,
  MessageSquare,
  OctagonX,
  Pause,
  Play,
  Power,
  RotateCcw,
  Save,
  ShieldX,
  Siren,
  TrendingUp,
  Undo2,
  UserCheck,
  UserMinus,
  UserX,
} from 'lucide-react'
import type { EventType, TaskEvent } from '#lib/task/schema.ts'
import { EVENT_KINDS } from './event-kind.ts'
import { StatusIcon, type StatusShape } from './status-icon.tsx'
import { FAILED_SEALED, STATUS_LOOKS } from './task-status.tsx'
import { type Tone, WORDS } from './tone.ts'

interface EventLook {
  readonly mark: StatusShape | LucideIcon
  readonly tone: Tone
}

const {
  queued,
  running,
  waiting,
  interrupted,
  failed,
  success,
  cancelled,
  compensated,
  quarantined,
  aborted_no_skill,
} = STATUS_LOOKS
const quiet = (mark: LucideIcon): EventLook => ({ mark, tone: 'mute' })
const change = ({ shape, tone }: { shape: StatusShape; tone: Tone }): EventLook => ({ mark: shape, tone })

/** The one map from event to look. */
const EVENT_LOOKS: Record<EventType, EventLook> = {
  'task.created': change(queued),
  'task.imported': quiet(Import),
  'task.started': change(running),
  'task.waiting': change(waiting),
  'task.progress': quiet(TrendingUp),
  'task.no_progress': { mark: 'flat-line', tone: 'warn' },
  'task.went_on': quiet(TrendingUp),
  'task.checkpoint': quiet(Save),
  'task.session_linked': quiet(Link2),
  'task.finished': change(success),
  'task.late_result': change(success),
  'task.interrupted': change(interrupted),
  'task.failed': change(failed),
  'task.reassigned': quiet(ArrowRightLeft),
  'task.reassignment_undone': quiet(Undo2),
  'task.cancel_requested': quiet(CircleSlash2),
  'task.cancelled': change(cancelled),
  'task.quarantined': change(quarantined),
  'task.compensation_registered': quiet(Undo2),
  'task.compensating': quiet(Undo2),
  'task.compensation_done': quiet(Undo2),
  'task.compensation_failed': { mark: Undo2, tone: 'bad' },
  'task.compensated': change(compensated),
  'task.adopted': change(success),
  'task.held': quiet(Hand),
  'task.released': quiet(RotateCcw),
  'task.noted': quiet(MessageSquare),
  'task.unskilled': quiet(UserX),
  'task.skilled': quiet(UserCheck),
  'task.aborted': change(aborted_no_skill),
  'task.requeued': change(queued),
  'task.refused': { mark: ShieldX, tone: 'bad' },
  'worker.registered': quiet(Power),
  'worker.drained': quiet(Filter),
  'worker.resumed': quiet(RotateCcw),
  'worker.stopped': quiet(Power),
  'worker.died': { mark: Power, tone: 'bad' },
  'recovery.ran': quiet(RotateCcw),
  'recovery.amnesty': quiet(RotateCcw),
  'ledger.pruned': quiet(Filter),
  'operation.started': quiet(ListChecks),
  'operation.finished': quiet(ListChecks),
  'operation.aborted': quiet(CircleSlash2),
  'recovery.paused': quiet(Pause),
  'recovery.unpaused': quiet(Play),
  'recovery.storm_began': { mark: CloudLightning, tone: 'bad' },
  'recovery.storm_ended': quiet(CloudLightning),
  'incident.opened': quiet(Siren),
  'incident.joined': quiet(Siren),
  'incident.merged': quiet(Siren),
  'incident.taken': quiet(UserCheck),
  'incident.dropped': quiet(UserMinus),
  'incident.noted': quiet(MessageSquare),
  'incident.braked': { mark: OctagonX, tone: 'bad' },
  'incident.released': quiet(Play),
  'incident.resolved': quiet(Check),
  'incident.reopened': quiet(Siren),
  'task.refunded': quiet(Undo2),
  'task.unmasked': quiet(Eye),
}

/** A finish wears the look of what it finished as, and a failure for good is a solid. */
export function eventLookOf(event: TaskEvent): EventLook {
  if (EVENT_KINDS[event.type] !== 'transition' || event.toStatus === null) return EVENT_LOOKS[event.type]
  return change(
    event.toStatus === 'failed' && event.data.sealed === true ? FAILED_SEALED : STATUS_LOOKS[event.toStatus],
  )
}

export function EventMark({ look }: { look: EventLook }) {
  const className = WORDS[look.tone]
  if (typeof look.mark === 'string') return <StatusIcon shape={look.mark} className={className} />
  const Icon = look.mark
  return <Icon size={16} strokeWidth={1.5} absoluteStrokeWidth aria-hidden className={`shrink-0 ${className}`} />
}
