/** Runs a command for an attempt: output recorded, stopped with the attempt, its end turned into a report. */

import type { Attempt } from './attempt.ts'
import { type Child, type ChildOptions, type Exit, startChild } from './child.ts'
import { noteGroup } from './leftovers.ts'
import { failed, type Report, reportOfExit, reportOfStop } from './report.ts'

/** What a command works for. */
export type TrackedWork = Pick<Attempt, 'taskId' | 'attempt' | 'frozen' | 'signal' | 'stopped' | 'write'> & {
  processGroup: number | undefined
}

export interface CommandEnd {
  readonly exit: Exit
  /** Undefined when there is nothing to report: see reportOfStop. */
  readonly report: Report | undefined
}

export type CommandOptions = Omit<ChildOptions, 'onOutput' | 'note'> & {
  readonly onStart?: (child: Child) => void
  /** The command is not there, or cannot be run. */
  readonly onUnstartable?: (sentence: string) => void
}

export async function runCommand(attempt: TrackedWork, options: CommandOptions): Promise<CommandEnd> {
  let child: Child
  try {
    child = await startChild({
      ...options,
      onOutput: (stream, text) => attempt.write(stream, text),
      note: (processGroup) => noteFor(attempt, processGroup),
    })
  } catch (error) {
    const end = unstartable(options.command[0], error)
    options.onUnstartable?.(end.report.error.message)
    return end
  }
  attempt.processGroup = child.processGroup
  // What is frozen must not act again for an attempt that is over, not even to end in peace.
  const stop = () => (attempt.frozen ? child.signal('SIGKILL') : child.stop())
  attempt.signal.addEventListener('abort', stop, { once: true })
  if (attempt.signal.aborted) stop()
  options.onStart?.(child)
  const exit = await child.done
  attempt.processGroup = undefined
  const { stopped } = attempt
  if (!stopped) return { exit, report: reportOfExit(exit) }
  const report = reportOfStop(stopped)
  return { exit, report: report && { ...report, exitCode: exit.code } }
}

/** The leash ends the group in any case; a state folder that cannot be written is no reason not to run. */
function noteFor({ taskId, attempt }: TrackedWork, processGroup: number): () => void {
  try {
    return noteGroup({ taskId, attempt, processGroup })
  } catch {
    return () => undefined
  }
}

/** The codes of a shell: 127 for a command that is not there, 126 for one that cannot be run. */
function unstartable(file: string, error: unknown) {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  const code = missing ? 127 : 126
  const sentence = missing ? `command not found: ${file}` : `${file} cannot be run: ${messageOf(error)}`
  return { exit: { code, signal: null }, report: failed(missing ? 'CommandNotFound' : 'CommandNotRun', sentence, code) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
