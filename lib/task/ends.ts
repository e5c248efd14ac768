/**
 * Which ends of workers have one cause. Pure: no clock, no randomness, no IO. Ends belong together when they are less
 * than a lease apart, or in one storm; and not when a task of the one had been interrupted by the other: what kills
 * one worker after the other is no mass event, but a task.
 */
import type { IncidentCause } from './incident.ts'

export interface End {
  readonly workerId: string
  readonly host: string
  readonly bootId: string | null
  readonly planned: boolean
  readonly endedAt: number
  readonly leaseMs: number
  readonly stormAt: number | null
  /** Its host was booted again since, or somebody says so. */
  readonly rebooted: boolean
  readonly held: number
  /** How many ends within its lease its tasks have been through, one after the other. */
  readonly wave: number
  /** The mass event from which its tasks came, if that was not long ago. */
  readonly follows: string | null
  /** Since when a worker of its host is alive; null when none is. */
  readonly survivorSince: number | null
  readonly incident: { readonly id: string; readonly cause: IncidentCause } | null
}

/** What ended these workers: `joins` names the incident that is open for it already, `merges` those that were a part of it. */
export interface CommonEnd {
  readonly cause: IncidentCause
  readonly workerIds: readonly string[]
  readonly joins: string | null
  readonly merges: readonly string[]
  /** What a mass event had interrupted died in another one: reassigning it once more would do harm. */
  readonly again: boolean
}

const MASS_WORKERS_MIN = 3
const HOST_WORKERS_MIN = 2

/** Judges the ends that nobody has judged yet and that are asked for, in the light of all of them. */
export function judgeEnds(asked: readonly string[], ends: readonly End[]): CommonEnd[] {
  const byId = new Map(ends.map((end) => [end.workerId, end]))
  const judged = new Set<string>()
  return asked.flatMap((id) => {
    const end = byId.get(id)
    // What held nothing interrupted nothing; it may only be seen in the light of others.
    if (!end || !isOpen(end) || end.held === 0 || judged.has(id)) return []
    const common = judgeEnd(
      end,
      ends.filter(({ workerId }) => !judged.has(workerId)),
    )
    for (const workerId of common.workerIds) judged.add(workerId)
    return [common]
  })
}

/** Not judged yet, or judged before it was known that its host was being rebooted. */
function isOpen({ incident, rebooted }: End): boolean {
  return incident === null || (rebooted && incident.cause === 'worker_death')
}

function judgeEnd(end: End, ends: readonly End[]): CommonEnd {
  const alone = { workerIds: [end.workerId], joins: null, merges: [], again: false }
  if (end.planned) return { ...alone, cause: 'worker_shutdown' }
  if (end.rebooted) return reboot(end, ends)
  const group = massOf(
    end,
    ends.filter((other) => areTogether(end, other)),
  )
  return group ? mass(group) : { ...alone, cause: 'worker_death' }
}

function reboot(end: End, ends: readonly End[]): CommonEnd {
  const same = ends.filter(({ rebooted, planned, host, bootId }) => {
    return rebooted && !planned && host === end.host && bootId === end.bootId
  })
  const known = same.find(({ incident }) => incident?.cause === 'host_reboot')?.incident?.id
  const single = same.flatMap(({ incident }) => (incident?.cause === 'worker_death' ? [incident.id] : []))
  const joins = known ?? single[0] ?? null
  return {
    cause: 'host_reboot',
    workerIds: same.filter(isOpen).map(({ workerId }) => workerId),
    joins,
    merges: [...new Set(single)].filter((id) => id !== joins),
    again: false,
  }
}

function areTogether(end: End, other: End): boolean {
  if (other.planned || other.rebooted) return false
  // One that held nothing tells nothing of the order.
  if (other.wave !== end.wave && other.held > 0) return false
  if (end.stormAt !== null && end.stormAt === other.stormAt) return true
  return Math.abs(end.endedAt - other.endedAt) < Math.min(end.leaseMs, other.leaseMs)
}

/** The members of the mass event that the end is a part of; null when it is none. */
function massOf(end: End, near: readonly End[]): readonly End[] | null {
  if (near.length >= MASS_WORKERS_MIN || end.stormAt !== null || near.some(isMass)) return near
  const onHost = near.filter(({ host }) => host === end.host)
  const firstAt = Math.min(...onHost.map(({ endedAt }) => endedAt))
  const emptied = end.survivorSince === null || end.survivorSince > firstAt
  return onHost.length >= HOST_WORKERS_MIN && emptied ? onHost : null
}

function isMass({ incident }: End): boolean {
  return incident?.cause === 'mass_event'
}

function mass(group: readonly End[]): CommonEnd {
  const open = group.find(isMass)?.incident?.id ?? null
  const followed = group.find(({ follows }) => follows !== null)?.follows ?? null
  const single = group.flatMap(({ incident }) => (incident?.cause === 'worker_death' ? [incident.id] : []))
  const joins = open ?? followed ?? single[0] ?? null
  return {
    cause: 'mass_event',
    workerIds: group.filter((end) => !isMass(end)).map(({ workerId }) => workerId),
    joins,
    merges: [...new Set(single)].filter((id) => id !== joins),
    again: open === null && followed !== null,
  }
}
