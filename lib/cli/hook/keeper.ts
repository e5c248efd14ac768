/**
 * Keeps one agent session on record for as long as its agent lives: a hook is gone again in milliseconds.
 *
 * Invariant: one keeper a session, by its lock, and it outlives the agent, whose end it reports. What the hooks said stays
 * in the spool until the ledger has the outcome, so that a keeper that is killed has a successor with the next hook.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isGone } from '#lib/process.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Client } from '#lib/worker/client.ts'
import { Lease } from '#lib/worker/lease.ts'
import { isRetryable } from '#lib/worker/retry.ts'
import { VERSION } from '../environment.ts'
import type { AgentProcess } from './agent.ts'
import { beginTask, type SessionOptions } from './begin.ts'
import { log } from './log.ts'
import { type Reporter, reportJoined, reportOwn } from './reporter.ts'
import { after, NEW_SESSION, reportOf, type SessionState, usageOf } from './session.ts'
import type { SessionRecord, Spool } from './spool.ts'

const LOOK_MS = 150
const PROGRESS_MS = 1000

/** Resolves once the session has ended and the ledger knows it, or when another keeper is at work. */
export async function keepSession(client: Client, spool: Spool, options: SessionOptions): Promise<void> {
  if (!spool.exists || !spool.keep()) return
  const leaving = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => leaving.abort())
  if (options.joined !== undefined) {
    const reporter = await reportJoined(client, options.joined, options.sessionId)
    spool.save({
      offset: 0,
      turns: 0,
      working: false,
      ...spool.record(),
      taskId: options.joined,
      attempt: reporter.attempt,
    })
    await watch(spool, reporter, leaving.signal)
    return
  }
  const agent = spool.agent()
  const lease = await Lease.open(client, {
    registration: {
      version: VERSION,
      labels: { mode: 'hook', ...(agent ? { agentPid: String(agent.pid) } : {}) },
      slots: 1,
    },
    signal: leaving.signal,
    onNotice: log,
  })
  try {
    const task = await beginTask(client, lease, spool, options, leaving.signal)
    await watch(spool, reportOwn(client, lease, task), leaving.signal)
  } finally {
    await lease.close(leaving.signal.aborted ? 'the keeper of the session was stopped' : 'the session ended')
  }
}

async function watch(spool: Spool, reporter: Reporter, leaving: AbortSignal): Promise<void> {
  const { turns, working } = spool.record() ?? { turns: 0, working: false }
  let state: SessionState = { ...NEW_SESSION, turns, working }
  let sent = ''
  const progress = pacer(reporter)
  while (!leaving.aborted) {
    // The look at the process comes first: what it said before it went is then in the spool.
    const agent = spool.agent()
    const isLeft = agent === undefined || isOver(agent)
    state = takeOver(spool, state, reporter)
    const report = reportOf(state, isLeft)
    if (report) {
      await reporter.finish(reporter.stopped?.cause === 'cancel' ? { ...report, outcome: 'cancelled' } : report)
      spool.remove()
      return
    }
    if (reporter.stopped) endAgent(agent, reporter.stopped.cause)
    const next = JSON.stringify([state.phase, usageOf(state)])
    if (next !== sent && progress({ phase: state.phase, ...usageOf(state) })) sent = next
    await sleep(LOOK_MS, undefined, { signal: leaving }).catch(() => undefined)
  }
}

/** What came in since the last look. It is noted as taken over once it is: counting a turn twice is worse than losing one. */
function takeOver(spool: Spool, state: SessionState, reporter: Reporter): SessionState {
  const record = spool.record()
  if (!record) return state
  const { events, offset } = spool.read(record.offset)
  const next = events.reduce(after, state)
  if (events.length > 0 || record.attempt !== reporter.attempt) {
    const { turns, working } = next
    spool.save({ ...record, attempt: reporter.attempt, offset, turns, working } satisfies SessionRecord)
  }
  return next
}

/** One report at a time, and one a second; answers whether it took this one. */
function pacer(reporter: Reporter): (progress: Parameters<Reporter['progress']>[0]) => boolean {
  let busy = false
  let lastAt = Number.NEGATIVE_INFINITY
  return (progress) => {
    if (busy || performance.now() - lastAt < PROGRESS_MS) return false
    busy = true
    lastAt = performance.now()
    reporter
      .progress(progress)
      .catch((error) => log(`progress: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        busy = false
      })
    return true
  }
}

let toldToEnd = false

/** An operator cancelled the task: the agent is asked to end, once. One whose task was given away is left to its person. */
function endAgent(agent: AgentProcess | undefined, cause: string): void {
  if (toldToEnd || !agent || isOver(agent)) return
  toldToEnd = true
  log(
    cause === 'cancel'
      ? `the task was cancelled: SIGTERM to agent ${agent.pid}`
      : `the task is no longer held: ${cause}`,
  )
  if (cause === 'cancel') process.kill(agent.pid, 'SIGTERM')
}

function isOver({ pid, startedAt }: AgentProcess): boolean {
  if (startedAt !== undefined) return isGone(pid, startedAt)
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}

/** For the log: what will not get better by itself. */
export function sentenceOf(error: unknown): string {
  if (isTaskError(error)) return `${error.message} (${error.code}${isRetryable(error) ? ', given up' : ''})`
  return error instanceof Error ? error.message : String(error)
}
