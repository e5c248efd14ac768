/** What a command's end means for its attempt. */
import type { FinishAttempt } from '#lib/task/commands.ts'
import { LIMITS } from '#lib/task/limits.ts'
import type { Exit } from './child.ts'
import type { StopCause } from './lease.ts'

/** The outcome of an attempt as its worker knows it. */
export type Report = Omit<FinishAttempt, 'taskId' | 'workerId' | 'attempt' | 'messageId' | 'outcome'> & {
  readonly outcome: 'success' | 'failed' | 'cancelled' | 'interrupted' | 'aborted_no_skill'
}

export interface Stop {
  readonly cause: StopCause
  readonly detail: string
}

export function reportOfExit({ code, signal }: Exit): Report {
  if (signal) return failed('Signal', `ended by ${signal}`, code)
  return code === 0 ? { outcome: 'success', exitCode: 0 } : failed('ExitCode', `exited with ${code}`, code)
}

/** Nothing is reported for what somebody else has, nor at a shutdown: the goodbye says it for all that is held. */
export function reportOfStop({ cause, detail }: Stop): Report | undefined {
  if (cause === 'cancel') return { outcome: 'cancelled', reason: detail }
  return cause === 'overdue' ? { outcome: 'interrupted', reason: detail } : undefined
}

export function reportOfError(error: unknown): Report {
  if (!(error instanceof Error)) return failed('Error', String(error))
  return failed(error.name.slice(0, 200), error.message)
}

export function failed(errorClass: string, message: string, exitCode?: number) {
  const error = { class: errorClass, message: message.slice(0, LIMITS.textLength) }
  return { outcome: 'failed' as const, error, ...(exitCode === undefined ? {} : { exitCode }) }
}
