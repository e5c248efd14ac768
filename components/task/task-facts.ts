/** The five facts in words: what is known, since when, and how sure it is. Pure: the moment is an argument. */

import { formatClock, formatDuration, formatTerm } from '#components/look/format.ts'
import { judgeLiveness, type Tick } from '#components/look/liveness.ts'
import { DEATH_REASONS, workerLookOf } from '#components/look/worker-look.tsx'
import type { Holder, Task } from '#lib/task/schema.ts'
import { isHeld } from '#lib/task/states.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly detail: string
  /** The detail where there is no room for it. */
  readonly brief: string
  /** The instant behind the words, for UTC and local on hover. */
  readonly at: string | null
  readonly tick: Tick
}

export function factsOf(task: Task, nowMs: number): readonly Fact[] {
  const { ticks } = judgeLiveness(task, nowMs)
  const { holder } = task
  if (holder === null || (!isHeld(task.status) && task.status !== 'interrupted')) return unheld(task, nowMs)
  const ago = (at: string) => `${formatDuration(nowMs - Date.parse(at))} ago`
  const exact = (at: string) => formatClock(at, 'milliseconds')
  return [
    { name: 'Owner', ...ownerOf(task, holder), tick: ticks[0] },
    { name: 'Lease', ...leaseOf(holder, nowMs), tick: ticks[1] },
    {
      name: 'Last heartbeat',
      value: ago(holder.lastHeartbeatAt),
      detail: exact(holder.lastHeartbeatAt),
      brief: formatClock(holder.lastHeartbeatAt),
      at: holder.lastHeartbeatAt,
      tick: ticks[2],
    },
    { name: 'Last progress', ...progressOf(task, nowMs), tick: ticks[3] },
    { name: 'Worker', ...workerOf(holder, ticks[2]), tick: ticks[4] },
  ]
}

type Words = Omit<Fact, 'name' | 'tick'>

function ownerOf(task: Task, holder: Holder): Words {
  if (isHeld(task.status) && holder.endedAt === null) {
    const since = task.startedAt === null ? '' : `since ${formatClock(task.startedAt)}`
    return { value: holder.name, detail: since, brief: since, at: task.startedAt }
  }
  const until = holder.endedAt ?? task.interruptedAt
  const when = until === null ? '' : `until ${formatClock(until)}`
  return { value: 'Nobody', detail: `${holder.name} ${when}`, brief: when, at: until }
}

/** A death ends the lease, whatever term was left of it. */
function leaseOf(holder: Holder, nowMs: number): Words {
  const ended = holder.endedAt !== null && holder.endedAt < holder.leaseExpiresAt
  const at = ended && holder.endedAt !== null ? holder.endedAt : holder.leaseExpiresAt
  const term = formatTerm(holder.leaseMs)
  const leftMs = Date.parse(at) - nowMs
  const brief = `of ${term}`
  if (leftMs > 0)
    return { value: `${formatDuration(leftMs)} left`, detail: `of ${term}, until ${formatClock(at)}`, brief, at }
  const detail = `${formatClock(at, 'milliseconds')}, a term of ${term}`
  return { value: `Ended ${formatDuration(-leftMs)} ago`, detail, brief, at }
}

function progressOf(task: Task, nowMs: number): Words {
  if (task.progressAt === null) return { value: 'None yet', detail: '', brief: '', at: null }
  const limit = task.progressTimeoutMs === null ? '' : `, limit ${formatTerm(task.progressTimeoutMs)}`
  const detail = `${formatClock(task.progressAt, 'milliseconds')}${task.phase ? `, ${task.phase}` : ''}${limit}`
  return {
    value: `${formatDuration(nowMs - Date.parse(task.progressAt))} ago`,
    detail,
    brief: task.phase ?? formatClock(task.progressAt),
    at: task.progressAt,
  }
}

function workerOf(holder: Holder, heartbeat: Tick): Words {
  const { word } = workerLookOf(holder.state, holder.deathKind, heartbeat === 'attention')
  const at = holder.endedAt
  const brief = at === null ? '' : formatClock(at)
  if (holder.deathKind !== null) return { value: word, detail: DEATH_REASONS[holder.deathKind], brief, at }
  const details = { alive: '', draining: 'It gets nothing new', stopped: 'It said goodbye', dead: '' }
  return { value: word, detail: details[holder.state], brief, at }
}

/** Nobody holds it: four of the five do not apply. */
function unheld(task: Task, nowMs: number): readonly Fact[] {
  const none = { value: '–', detail: '', brief: '', at: null, tick: 'none' as const }
  const worker = task.holder ? { value: '–', detail: `attempt ${task.attempt} ran on ${task.holder.name}` } : {}
  return [
    { ...none, name: 'Owner', value: 'Nobody' },
    { ...none, name: 'Lease' },
    { ...none, name: 'Last heartbeat' },
    { name: 'Last progress', ...(task.attempt > 0 ? progressOf(task, nowMs) : none), tick: 'none' },
    { ...none, name: 'Worker', ...worker },
  ]
}
