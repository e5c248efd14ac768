/**
 * Puts a command on record, runs it, and reports how it ended.
 *
 * Invariant: the command starts only after the ledger acknowledged its attempt, or a later read of the task proved it.
 */

import type { CreateTask } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS } from '#lib/task/limits.ts'
import type { Task } from '#lib/task/schema.ts'
import { Attempt } from '#lib/worker/attempt.ts'
import { type Child, discard, type Prepared, prepareChild } from '#lib/worker/child.ts'
import type { Client } from '#lib/worker/client.ts'
import { type CommandEnd, runCommand, type TrackedWork } from '#lib/worker/command.ts'
import type { Host } from '#lib/worker/host.ts'
import type { Lease } from '#lib/worker/lease.ts'
import { mintId } from '#lib/worker/mint-id.ts'
import type { OfflineAttempt } from '#lib/worker/offline-attempt.ts'
import { type AttemptRecord, storedRecord } from '#lib/worker/record.ts'
import type { Report } from '#lib/worker/report.ts'
import { startTask } from '#lib/worker/start.ts'
import { callersTerminal } from '#lib/worker/terminal.ts'
import { say } from './environment.ts'
import { passSignals, type Signals, suspendAfter } from './signals.ts'
import { isUnanswered, startOffline } from './track-offline.ts'
import { deliverLeftovers, notOnRecord, type Opened, open } from './track-open.ts'
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
  /** Run it though the ledger cannot be reached, on record on this host first. */
  readonly allowOffline?: true
}

type Line = readonly [string, ...string[]]

type NewTask = CreateTask & { readonly id: string }

/** Resolves to the exit code for this process. */
export async function trackCommand(client: Client, command: Line, options: RunOptions): Promise<number> {
  const signals = passSignals()
  // One id for all tries: a start whose answer was lost may be on record.
  const task = taskOf(command, options)
  try {
    return await trackOnline(client, command, task, options, signals)
  } catch (error) {
    if (!options.allowOffline || !isUnanswered(error) || signals.interrupted.aborted) throw error
    return await trackOffline(client, command, task, options, signals)
  } finally {
    signals.end()
  }
}

async function trackOffline(client: Client, command: Line, task: NewTask, options: RunOptions, signals: Signals) {
  const { attempt, host, close } = await startOffline(client, task, options)
  try {
    return await carryOut(attempt, command, { signals, host, suspend: suspendAfter(async () => {}) })
  } finally {
    await close()
  }
}

async function trackOnline(
  client: Client,
  command: Line,
  newTask: NewTask,
  options: RunOptions,
  signals: Signals,
): Promise<number> {
  const { lease, host } = await open(client, options, signals)
  try {
    const starting = start(client, { lease, host }, newTask, options, signals)
    const prepared = await prepareBeside(starting)
    const { task, record } = await starting
    const leftovers = deliverLeftovers(host, lease)
    const url = `${client.url}/tasks/${task.id}`
    say(`task ${task.id} on record, attempt ${task.attempt}, wrapper pid ${process.pid}  ${url}`)
    const attempt = new Attempt(client, lease, task, { onNotice: say, ...(record ? { record } : {}) })
    const suspend = suspendAfter(() => lease.pause())
    const code = await carryOut(attempt, command, { signals, host, suspend, prepared })
    await leftovers.settle()
    return code
  } finally {
    await lease.close('the command ended')
    host?.close()
  }
}

interface Surroundings {
  readonly signals: Signals
  readonly host: Host | undefined
  readonly suspend: () => Promise<void>
  readonly prepared?: Prepared | undefined
}

async function carryOut(
  attempt: Attempt | OfflineAttempt,
  command: Line,
  { signals, host, suspend, prepared }: Surroundings,
): Promise<number> {
  const { exit, report } = signals.interrupted.aborted
    ? notStarted(signals, prepared)
    : await runCommand(attempt, {
        command,
        prepared,
        stdin: 'inherit',
        terminal: process,
        tty: callersTerminal({ intercept: (keys) => takesKeys(attempt, keys), suspend }),
        env: { ...process.env, ROLLCALL_TASK_ID: attempt.taskId, ROLLCALL_ATTEMPT: String(attempt.attempt) },
        onStart: (child) => signals.passTo(passerTo(attempt, child)),
        onUnstartable: say,
      })
  if (report) await reportEnd(attempt, report, signals.giveUp(), host)
  else await attempt.abandon()
  return exit.code
}

/** What is frozen gets a signal once it goes on; whoever cannot wait for that kills it with a second one. */
function passerTo(attempt: TrackedWork, child: Child): (signal: NodeJS.Signals) => void {
  let waits = false
  return (signal) => {
    const isFrozen = attempt.frozen
    child.signal(isFrozen && waits ? 'SIGKILL' : signal)
    if (isFrozen && !waits) say(`the command is frozen and takes ${signal} when it goes on; once more kills it`)
    waits = isFrozen
  }
}

/** Ctrl+C and Ctrl+\\ of a terminal go to the command, which cannot hear while it is frozen: then they come to us. */
function takesKeys(attempt: Pick<Attempt, 'frozen'>, keys: Buffer): boolean {
  const asks = attempt.frozen && (keys.includes(3) || keys.includes(28))
  if (asks) process.kill(process.pid, 'SIGINT')
  return asks
}

/** The signal came after the start was on record and before there was a command to pass it on to. */
function notStarted(signals: Signals, prepared: Prepared | undefined): CommandEnd {
  if (prepared) discard(prepared)
  const report = { outcome: 'cancelled' as const, reason: 'interrupted before the command started' }
  return { exit: { code: signals.code(), signal: null }, report }
}

/** The command's own exit code counts, whatever the ledger says to the report. */
async function reportEnd(
  attempt: Attempt | OfflineAttempt,
  report: Report,
  givenUp: AbortSignal,
  host: Host | undefined,
): Promise<void> {
  try {
    const result = await attempt.finish(report, givenUp)
    if (!result) say(`task ${attempt.taskId} and its outcome wait in ${host?.folder} for the next rollcall here`)
    if (isTaskError(result))
      say(`the ledger refused the outcome "${report.outcome}": ${result.message} (${result.code})`)
  } catch {
    const kept = host
      ? `it waits in ${host.folder} for the next rollcall here`
      : 'the ledger will find the task interrupted'
    say(`the outcome "${report.outcome}" of ${attempt.taskId} was not delivered; ${kept}`)
  }
}

/** Made while the ledger answers; undefined when its answer is that there will be no command. */
async function prepareBeside(starting: Promise<unknown>): Promise<Prepared | undefined> {
  const isStarted = starting.then(
    () => true,
    () => false,
  )
  // A turn of the event loop sends the request off.
  await new Promise(setImmediate)
  const prepared = await prepareChild({ tty: callersTerminal() })
  if (await isStarted) return prepared
  discard(prepared)
  return undefined
}

interface Started {
  readonly task: Task
  readonly record: AttemptRecord | undefined
}

/** On this host first, so that its end has room; then with the ledger. */
async function start(
  client: Client,
  { lease, host }: Opened,
  newTask: NewTask,
  options: RunOptions,
  signals: Signals,
): Promise<Started> {
  const task = { ...newTask, start: startOf(lease, options) }
  let record: AttemptRecord | undefined
  try {
    const receipt = { taskId: task.id, attempt: 1, workerId: lease.workerId }
    record = host && storedRecord(host.store, host.store.recordReceived(receipt), say)
    return {
      task: await startTask(client, task, { forMs: options.startTimeoutMs, signal: signals.interrupted }),
      record,
    }
  } catch (error) {
    record?.abandoned({ keepOutput: false })
    throw notOnRecord(error, signals)
  }
}

function startOf(lease: Lease, { session }: RunOptions): NonNullable<CreateTask['start']> {
  return { workerId: lease.workerId, ...(session === undefined ? {} : { sessionId: session }) }
}

function taskOf(command: Line, options: RunOptions): NewTask {
  const { id, title, issue, user, label, require, allowOffline, session: _, ...others } = options
  const { leaseMs: __, startTimeoutMs: ___, ...rest } = others
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
