/** The strategies that every installation has. */
import type { AttemptFacts, RecoveryFacts, RecoveryStrategy, TaskFacts } from './strategy.ts'

export const DELAY_MS_MAX = 600_000

/**
 * Doubles with each try from the first delay, up to ten minutes. The first is exact, so that an operator can count on
 * it; later ones spread by up to half, by the task's id, so that tasks that died together do not return together.
 */
export function backoffMs(firstDelayMs: number, tries: number, taskId: string): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.max(0, tries - 1), DELAY_MS_MAX)
  return tries <= 1 ? delay : Math.round(delay * (1 + spread(taskId) / 2))
}

/** A number from 0 up to 1 that is always the same for one id (FNV-1a). */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

export const failAndReassign: RecoveryStrategy = {
  name: 'fail-and-reassign',
  decide(task, attempt, facts) {
    const exclude = attempt.workerId
    if (attempt.ended === 'failed') {
      const retry = task.retriesUsed + 1
      const afterMs = backoffMs(facts.firstDelayMs, retry, task.id)
      return {
        action: 'reassign',
        afterMs,
        exclude,
        reason: `its attempt failed (retry ${retry} of ${task.retriesMax})`,
      }
    }
    const afterMs = backoffMs(facts.firstDelayMs, task.interruptions, task.id)
    return { action: 'reassign', afterMs, exclude, reason: interruptionReason(task, attempt, facts) }
  },
}

export const resumeFromCheckpoint: RecoveryStrategy = {
  name: 'resume-from-checkpoint',
  decide(task, attempt, facts, now) {
    const { checkpoint, session, resumesMax, firstDelayMs } = facts
    const left = task.resumesUsed < resumesMax
    const from = checkpoint ? 'checkpoint' : session?.resumable ? 'session' : null
    if (from === null || !left) return failAndReassign.decide(task, attempt, facts, now)
    const resume = task.resumesUsed + 1
    const what = checkpoint ? `its checkpoint at turn ${checkpoint.turn}` : 'the session it left in order'
    return {
      action: 'resume',
      from,
      afterMs: backoffMs(firstDelayMs, resume, task.id),
      reason: `it goes on from ${what} (resume ${resume} of ${resumesMax})`,
    }
  },
}

export const holdForOperator: RecoveryStrategy = {
  name: 'hold-for-operator',
  decide: (_task, { ended }) => ({
    action: 'hold',
    reason: `its attempt ${ended === 'failed' ? 'failed' : 'was interrupted'} and its strategy leaves the rest to a person`,
  }),
}

/** Undoes what the attempt did to the world; a task that registered no step to undo has nothing that can be undone. */
export const compensate: RecoveryStrategy = {
  name: 'compensate',
  decide(task, attempt, facts, now) {
    const steps = facts.compensations.length
    if (steps > 0) return { action: 'compensate', reason: `its side effects are to be undone (${countOf(steps)})` }
    if (!task.sideEffects) return failAndReassign.decide(task, attempt, facts, now)
    return { action: 'hold', reason: 'it has side effects and no compensation is registered' }
  },
}

export const BUILT_IN = [failAndReassign, resumeFromCheckpoint, holdForOperator, compensate]

/** Why it was interrupted, and what that used of the budget. */
export function interruptionReason(task: TaskFacts, attempt: AttemptFacts, facts: RecoveryFacts): string {
  return `its worker ${CAUSES[attempt.cause] ?? 'is gone'} (${interruptionBudget(task, attempt.cause, facts.charged)})`
}

/** What costs a task nothing is no interruption to count for people either. */
export function interruptionBudget(
  { interruptions, interruptionsMax }: Pick<TaskFacts, 'interruptions' | 'interruptionsMax'>,
  cause: string,
  charged: boolean,
): string {
  if (charged) return `interruption ${interruptions} of ${interruptionsMax}`
  return cause === 'shutdown' ? 'a planned stop costs nothing' : 'an event that hit many costs nothing'
}

const CAUSES: Record<string, string> = {
  proven: 'process is gone',
  suspected: 'stopped answering',
  declared: 'was declared dead',
  replaced: 'was replaced',
  shutdown: 'said goodbye',
  reported: 'gave it up',
  dropped: 'no longer lists it',
  silent: 'showed no progress',
}

function countOf(steps: number): string {
  return steps === 1 ? '1 step' : `${steps} steps`
}
