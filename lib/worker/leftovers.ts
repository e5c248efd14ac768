/**
 * Remembers the process group of every command on this host in a file of its own, so that whoever starts next ends what
 * outlived its wrapper: the leash ends it at once, unless somebody killed the leash too.
 *
 * Invariant: a process is ended only when its wrapper is proven gone and it is proven to be the one on file: same boot,
 * same pid namespace, and the start time of the group's leader; without a leader, the attempt in its environment.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isGone, readIdentity, startedAtOf } from '#lib/process.ts'
import { membersOf, signalGroup } from './process-group.ts'
import { stateFolder, statePathOf } from './state-path.ts'

export interface Tracked {
  readonly taskId: string
  readonly attempt: number
  readonly processGroup: number
}

interface OnFile extends Tracked {
  readonly startedAt: string
  readonly owner: { readonly pid: number; readonly startedAt: string }
  readonly bootId: string
  readonly pidNamespace: string
}

const FOLDER = 'groups'

/** Answers how to forget it, once nothing of the group is left. Where there is no /proc nothing could be verified. */
export function noteGroup(tracked: Tracked, statePath = statePathOf()): () => void {
  const { pid, bootId, pidNamespace, processStartedAt } = readIdentity()
  const startedAt = startedAtOf(tracked.processGroup)
  if (!bootId || !pidNamespace || !processStartedAt || !startedAt) return () => undefined
  const owner = { pid, startedAt: processStartedAt }
  const file = join(stateFolder(FOLDER, statePath), `${tracked.processGroup}-${startedAt}.json`)
  writeFileSync(file, JSON.stringify({ ...tracked, startedAt, owner, bootId, pidNamespace } satisfies OnFile))
  return () => rmSync(file, { force: true })
}

/** Kills what wrappers left that are gone, and answers what that was. */
export function endLeftovers(statePath = statePathOf()): Tracked[] {
  const here = readIdentity()
  return namesIn(join(statePath, FOLDER)).flatMap((name) => {
    const file = join(statePath, FOLDER, name)
    const found = read(file)
    // A folder shared by containers: what runs in another namespace cannot be seen from here.
    if (found && found.bootId === here.bootId && found.pidNamespace !== here.pidNamespace) return []
    const isOurs = found !== undefined && found.bootId === here.bootId
    if (isOurs && !isGone(found.owner.pid, found.owner.startedAt)) return []
    const ended = isOurs && end(found)
    rmSync(file, { force: true })
    return ended ? [found] : []
  })
}

/** Whether there was anything to end. */
function end({ processGroup, startedAt, taskId, attempt }: OnFile): boolean {
  if (!isGone(processGroup, startedAt)) return signalGroup(processGroup, 'SIGKILL')
  const members = membersOf(processGroup).filter((pid) => worksFor(pid, taskId, attempt))
  for (const pid of members) kill(pid)
  return members.length > 0
}

function worksFor(pid: number, taskId: string, attempt: number): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return variables.includes(`ROLLCALL_TASK_ID=${taskId}`) && variables.includes(`ROLLCALL_ATTEMPT=${attempt}`)
  } catch {
    return false
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

/** Undefined for a file that was cut short: its wrapper died before the command could begin. */
function read(file: string): OnFile | undefined {
  try {
    // Written by noteGroup; what else might lie there fails the comparison of boots.
    return JSON.parse(readFileSync(file, 'utf8')) as OnFile
  } catch {
    return undefined
  }
}
