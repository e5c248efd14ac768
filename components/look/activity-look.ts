/** How a bar of the chart is drawn and called, by what became of its attempt. Pure. */
import type { ActivityAttempt } from '#lib/task/activity.ts'
import type { AttemptStatus } from '#lib/task/states.ts'
import type { Tone } from './tone.ts'

/** The manners of filling a bar: an outcome is told by them as much as by colour. */
export type BarPattern = 'solid' | 'tint' | 'hatch' | 'hatch-back' | 'cross' | 'dots' | 'lines' | 'across' | 'hollow'

export interface BarLook {
  readonly word: string
  readonly tone: Tone
  readonly pattern: BarPattern
  /** A hard end: nothing of it changes any more, or somebody died there. */
  readonly cap: boolean
}

const look = (word: string, tone: Tone, pattern: BarPattern, cap = false): BarLook => ({ word, tone, pattern, cap })

const LOOKS: Record<AttemptStatus, BarLook> = {
  running: look('Running', 'run', 'solid'),
  waiting: look('Waiting', 'wait', 'dots'),
  success: look('Success', 'good', 'tint'),
  failed: look('Failed', 'bad', 'hatch-back'),
  cancelled: look('Cancelled', 'mute', 'hollow'),
  aborted_no_skill: look('No skill', 'mute', 'hollow'),
  interrupted: look('Interrupted', 'warn', 'hatch', true),
}
const FAILED_SEALED = look('Failed, sealed', 'bad', 'hatch-back', true)
const NO_PROGRESS = look('No progress', 'warn', 'lines')
const QUARANTINED = look('Quarantined', 'plum', 'cross')
const COMPENSATED = look('Compensated', 'teal', 'across')

export function barLookOf(attempt: ActivityAttempt): BarLook {
  if (attempt.silentSince !== null) return NO_PROGRESS
  if (attempt.current && attempt.status === 'interrupted') {
    if (attempt.taskStatus === 'quarantined') return QUARANTINED
    if (attempt.taskStatus === 'compensated') return COMPENSATED
  }
  if (attempt.current && attempt.status === 'failed' && attempt.sealed) return FAILED_SEALED
  return LOOKS[attempt.status]
}

export const LEGEND: readonly BarLook[] = [
  LOOKS.running,
  NO_PROGRESS,
  LOOKS.waiting,
  LOOKS.success,
  LOOKS.interrupted,
  LOOKS.failed,
  QUARANTINED,
  LOOKS.cancelled,
]
