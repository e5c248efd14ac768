import type { Task } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import { StatusIcon, type StatusShape } from './status-icon.tsx'
import { type Tone, WORDS } from './tone.ts'

export interface StatusLook {
  readonly word: string
  readonly shape: StatusShape
  readonly tone: Tone
  /** Loud colours the word as well as the icon: somebody may have to act, or something is dead. */
  readonly loud: boolean
}

/** The one map from status to look. A new status does not compile until it has a line here. */
export const STATUS_LOOKS: Record<TaskStatus, StatusLook> = {
  queued: { word: 'Queued', shape: 'dashed-circle', tone: 'mute', loud: false },
  assigned: { word: 'Assigned', shape: 'dot', tone: 'mute', loud: false },
  running: { word: 'Running', shape: 'play', tone: 'run', loud: false },
  waiting: { word: 'Waiting', shape: 'bars', tone: 'wait', loud: false },
  interrupted: { word: 'Interrupted', shape: 'half', tone: 'warn', loud: true },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad', loud: true },
  success: { word: 'Success', shape: 'check-solid', tone: 'good', loud: false },
  cancelled: { word: 'Cancelled', shape: 'slash-solid', tone: 'mute', loud: false },
  aborted_no_skill: { word: 'No skill', shape: 'question-solid', tone: 'mute', loud: false },
  compensated: { word: 'Compensated', shape: 'back-solid', tone: 'teal', loud: false },
  quarantined: { word: 'Quarantined', shape: 'octagon-solid', tone: 'plum', loud: true },
}

export const FAILED_SEALED: StatusLook = { word: 'Failed, sealed', shape: 'cross-solid', tone: 'bad', loud: true }
const NO_PROGRESS: StatusLook = { word: 'No progress', shape: 'flat-line', tone: 'warn', loud: true }

/** Two looks depend on more than the status: a sealed failure, and a run that is silent past its limit. */
export function lookOf(task: Task, nowMs: number): StatusLook {
  if (task.status === 'failed' && task.sealedAt !== null) return FAILED_SEALED
  if (isSilent(task, nowMs)) return NO_PROGRESS
  return STATUS_LOOKS[task.status]
}

export function isSilent(task: Task, nowMs: number): boolean {
  if (task.status !== 'running' || task.progressTimeoutMs === null || task.progressAt === null) return false
  return nowMs - Date.parse(task.progressAt) > task.progressTimeoutMs
}

/** Icon and word, as in a table. */
export function StatusWord({ look, prefix = '' }: { look: StatusLook; prefix?: string }) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle">
      <StatusIcon shape={look.shape} className={WORDS[look.tone]} />
      <span
        className={`truncate ${look.loud ? `font-medium ${WORDS[look.tone]}` : prefix ? 'text-ink-2' : 'text-ink'}`}
      >
        {prefix}
        {prefix ? look.word.toLowerCase() : look.word}
      </span>
    </span>
  )
}
