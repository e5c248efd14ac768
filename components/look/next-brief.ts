import type { NextAction, Task } from '#lib/task/schema.ts'
import { formatCountdown } from './format.ts'
import { isSilent } from './task-status.tsx'

/** What happens next in a few words, for the end of a line: "Reassign in 00:08". */
export function nextStepInBrief(task: Task, nowMs: number): { words: string; tone: 'mute' | 'warn' } {
  const { status, nextAction, nextAt } = task
  if (task.sealedAt !== null) return { words: 'Sealed', tone: 'mute' }
  if (status === 'interrupted' || status === 'failed' || nextAction === 'abort') {
    if (nextAction === null || nextAction === 'hold') return { words: 'Needs you', tone: 'mute' }
    const leftMs = nextAt === null ? 0 : Date.parse(nextAt) - nowMs
    return { words: `${NEXT_VERBS[nextAction]} ${leftMs > 0 ? `in ${formatCountdown(leftMs)}` : 'now'}`, tone: 'warn' }
  }
  if (task.cancelRequestedAt !== null) return { words: 'Cancel asked', tone: 'warn' }
  if (task.heldAt !== null) return { words: 'Needs you', tone: 'mute' }
  if (status === 'queued' || status === 'assigned') return { words: 'Waits for a worker', tone: 'mute' }
  if (status === 'waiting' && task.waitReason !== null) return { words: `Waits: ${task.waitReason}`, tone: 'mute' }
  return isSilent(task, nowMs) ? { words: 'Needs a look', tone: 'warn' } : { words: task.phase ?? '', tone: 'mute' }
}

export const NEXT_VERBS: Record<NextAction, string> = {
  reassign: 'Reassign',
  resume: 'Resume',
  hold: 'Hold',
  fail: 'Fail',
  compensate: 'Compensate',
  quarantine: 'Quarantine',
  abort: 'Abort',
}
