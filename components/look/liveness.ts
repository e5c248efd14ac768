/** The five facts of liveness, judged. Pure: the moment is an argument, and it is the database's. */
import type { Holder, Task } from '#lib/task/schema.ts'
import { isHeld } from '#lib/task/states.ts'
import { formatDuration, formatShortDuration } from './format.ts'
import { isSilent } from './task-status.tsx'

export type Tick = 'fine' | 'attention' | 'gone' | 'none'
/** In this order everywhere: owner, lease, heartbeat, progress, worker. */
export type Ticks = readonly [owner: Tick, lease: Tick, heartbeat: Tick, progress: Tick, worker: Tick]

export interface Liveness {
  readonly ticks: Ticks
  /** "alive 2 s"; null when nothing holds the task. */
  readonly verdict: string | null
  readonly tone: 'mute' | 'warn' | 'bad'
  /** The same for somebody who does not see the ticks. */
  readonly sentence: string
}

const NOTHING: Liveness = {
  ticks: ['none', 'none', 'none', 'none', 'none'],
  verdict: null,
  tone: 'mute',
  sentence: 'Nothing holds it.',
}
const DEAD: Ticks = ['gone', 'gone', 'gone', 'gone', 'gone']

/** A worker sends several heartbeats a lease; a third of it without one is worth a look. */
const QUIET_SHARE = 1 / 3
const SHORT_LEASE_SHARE = 1 / 2

export function judgeLiveness(task: Task, nowMs: number): Liveness {
  const { holder } = task
  if (holder === null || task.sealedAt !== null) return NOTHING
  if (isHeld(task.status)) return judgeHolder(task, holder, nowMs)
  return task.status === 'interrupted' ? gone(holder, nowMs) : NOTHING
}

/** The ticks of a worker by itself: what it holds is not asked. */
export function judgeLease(
  facts: { leaseExpiresAt: string; leaseMs: number; lastHeartbeatAt: string },
  nowMs: number,
): { lease: Tick; heartbeat: Tick } {
  const leftMs = Date.parse(facts.leaseExpiresAt) - nowMs
  const silentMs = nowMs - Date.parse(facts.lastHeartbeatAt)
  if (leftMs <= 0) return { lease: 'gone', heartbeat: 'gone' }
  return {
    lease: leftMs < facts.leaseMs * SHORT_LEASE_SHARE ? 'attention' : 'fine',
    heartbeat: silentMs > facts.leaseMs * QUIET_SHARE ? 'attention' : 'fine',
  }
}

function judgeHolder(task: Task, holder: Holder, nowMs: number): Liveness {
  if (holder.endedAt !== null) return gone(holder, nowMs)
  const heartbeatMs = nowMs - Date.parse(holder.lastHeartbeatAt)
  const { lease, heartbeat } = judgeLease(holder, nowMs)
  const silent = isSilent(task, nowMs)
  const progress: Tick = task.status === 'waiting' ? 'none' : silent ? 'attention' : 'fine'
  if (lease === 'gone') {
    const endedMs = nowMs - Date.parse(holder.leaseExpiresAt)
    const verdict = `lease ended ${formatShortDuration(endedMs)}`
    return described(['attention', 'gone', 'gone', progress, 'attention'], verdict, 'bad', holder, nowMs)
  }
  const ticks: Ticks = ['fine', lease, heartbeat, progress, 'fine']
  if (silent && task.progressAt !== null) {
    return described(ticks, `silent ${formatShortDuration(nowMs - Date.parse(task.progressAt))}`, 'warn', holder, nowMs)
  }
  if (heartbeat === 'attention') return described(ticks, `quiet ${formatDuration(heartbeatMs)}`, 'warn', holder, nowMs)
  return described(ticks, `alive ${formatDuration(heartbeatMs)}`, 'mute', holder, nowMs)
}

function gone(holder: Holder, nowMs: number): Liveness {
  const since = formatShortDuration(nowMs - Date.parse(holder.endedAt ?? holder.leaseExpiresAt))
  return described(DEAD, `${holder.state === 'stopped' ? 'stopped' : 'dead'} ${since}`, 'bad', holder, nowMs)
}

function described(ticks: Ticks, verdict: string, tone: Liveness['tone'], holder: Holder, nowMs: number): Liveness {
  const leaseMs = Date.parse(holder.leaseExpiresAt) - nowMs
  const lease = leaseMs > 0 ? `lease ends in ${formatDuration(leaseMs)}` : `lease ended ${formatDuration(-leaseMs)} ago`
  const heartbeat = `last heartbeat ${formatDuration(nowMs - Date.parse(holder.lastHeartbeatAt))} ago`
  const progress = ticks[3] === 'attention' ? ', no progress' : ''
  const sentence = `${verdict}: owner ${holder.name}, ${lease}, ${heartbeat}${progress}, worker ${holder.state}.`
  return { ticks, verdict, tone, sentence }
}
