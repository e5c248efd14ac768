/**
 * Puts a command on record, runs it, and reports how it ended.
 *
 * Invariant: the command starts only after the ledger acknowledged its attempt, or a later read of the task proved it.
 */
import { v7 as mintId } from 'uuid'
import type { CreateTask } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'
import { Attempt } from '#lib/worker/attempt.ts'
import type { Child } from '#lib/worker/child.ts'
import type { Client } from '#lib/worker/client.ts'
import { type CommandEnd, runCommand } from '#lib/worker/command.ts'
import { Lease } from '#lib/worker/lease.ts'
import type { Report } from '#lib/worker/report.ts'
import { startTask } from '#lib/worker/start.ts'
import { say, VERSION } from './environment.ts'
import { EXIT, Exit, exitOf } from './exit-codes.ts'
import { passSignals, type Signals, suspendAfter } from './signals.ts'
import { nameOfUser } from './user.ts'

export interface RunOptions {
  readonly id?: string
  readonly title?: string
  readonly repo?: string
  readonly issue?: number
  readonly user?: string
  readonly agent?: string
  readonly agentType?: string
  readonly model?: string
  readonly provider?: string
  readonly session?: string
  readonly label?: Record<string, string>
  readonly require?: string[]
  readonly maxRetries?: number
  readonly progressTimeoutMs?: number
  readonly leaseMs?: number
  readonly startTimeoutMs: number
}

type Line = readonly [string, ...string[]]

/** Resolves to the exit code for this process. */
export async function trackCommand(client: Client, command: Line, options: RunOptions): Promise<number> {
  const signals = passSignals()
  const lease = await openLease(client, options, signals)
  try {
    const task = await start(client, lease, command, options, signals)
    const url = `${client.url}/tasks/${task.id}`
    say(`task ${task.id} on record, attempt ${task.attempt}, wrapper pid ${process.pid}  ${url}`)
    suspendAfter(() => lease.pause())
    const attempt = new Attempt(client, lease, task, { onNotice: say })
    return await carryOut(attempt, command, signals)
  } finally {
    await lease.close('the command ended')
    signals.end()
  }
}

async function carryOut(attempt: Attempt, command: Line, signals: Signals): Promise<number> {
  const { exit, report } = signals.interrupted.aborted
    ? notStarted(signals)
    : await runCommand(attempt, {
        command,
        stdin: 'inherit',
        terminal: process,
        env: { ...process.env, ROLLCALL_TASK_ID: attempt.taskId, ROLLCALL_ATTEMPT: String(attempt.attempt) },
        onStart: (child) => signals.passTo(passerTo(attempt, child)),
        onUnstartable: say,
      })
  if (report) await reportEnd(attempt, report, signals.giveUp())
  else attempt.abandon()
  return exit.code
}

/** What is frozen gets a signal once it goes on; whoever cannot wait for that kills it with a second one. */
function passerTo(attempt: Attempt, child: Child): (signal: NodeJS.Signals) => void {
  let waits = false
  return (signal) => {
    const isFrozen = attempt.frozen
    child.signal(isFrozen && waits ? 'SIGKILL' : signal)
    if (isFrozen && !waits) say(`the command is frozen and takes ${signal} when it goes on; once more kills it`)
    waits = isFrozen
  }
}

/** The signal came after the start was on record and before there was a command to pass it on to. */
function notStarted(signals: Signals): CommandEnd {
  const report = { outcome: 'cancelled' as const, reason: 'interrupted before the command started' }
  return { exit: { code: signals.code(), signal: null }, report }
}

/** The command's own exit code counts, whatever the ledger says to the report. */
async function reportEnd(attempt: Attempt, report: Report, givenUp: AbortSignal): Promise<void> {
  try {
    const result = await attempt.finish(report, givenUp)
    if (isTaskError(result))
      say(`the ledger refused the outcome "${report.outcome}": ${result.message} (${result.code})`)
  } catch {
    say(`the outcome "${report.outcome}" of ${attempt.taskId} was not delivered; the ledger will find it interrupted`)
  }
}

async function openLease(client: Client, options: RunOptions, signals: Signals): Promise<Lease> {
  try {
    return await Lease.open(client, {
      registration: {
        version: VERSION,
        labels: { mode: 'run' },
        slots: 1,
        ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      },
      registerForMs: options.startTimeoutMs,
      signal: signals.interrupted,
      onNotice: say,
    })
  } catch (error) {
    throw notOnRecord(error, signals)
  }
}

async function start(
  client: Client,
  lease: Lease,
  command: Line,
  options: RunOptions,
  signals: Signals,
): Promise<Task> {
  const task = { ...taskOf(command, options), start: startOf(lease, options) }
  return await startTask(client, task, { forMs: options.startTimeoutMs, signal: signals.interrupted }).catch(
    (error) => {
      throw notOnRecord(error, signals)
    },
  )
}

function notOnRecord(error: unknown, signals: Signals): Exit {
  if (signals.interrupted.aborted)
    return new Exit(signals.code(), 'interrupted before the start was on record; the command was not run.')
  const { code, message } = exitOf(error)
  const isOver = isTaskError(error) && (error.code === 'lease_expired' || error.code === 'not_found')
  return new Exit(
    isOver ? EXIT.unavailable : code,
    `the start could not be put on record: ${message}\nrollcall: the command was not run.`,
  )
}

function startOf(lease: Lease, { session }: RunOptions): NonNullable<CreateTask['start']> {
  return { workerId: lease.workerId, ...(session === undefined ? {} : { sessionId: session }) }
}

function taskOf(command: Line, options: RunOptions): CreateTask & { id: string } {
  const { id, title, issue, user, label, require, session: _, leaseMs: __, startTimeoutMs: ___, ...rest } = options
  const name = user ?? nameOfUser()
  return {
    ...rest,
    id: id ?? mintId(),
    title: title ?? titleOf(command),
    payload: { command },
    ...(issue === undefined ? {} : { issueNumber: issue }),
    ...(name === undefined ? {} : { user: name }),
    ...(label === undefined ? {} : { labels: label }),
    ...(require === undefined ? {} : { requires: require }),
  }
}

/** The command line as one line of words. */
export function titleOf(command: Line): string {
  const words = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`))
  return words
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, LIMITS.titleLength)
}
