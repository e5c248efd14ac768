/** Signals to whole process groups, and whether anything of one still runs. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 20

/** False when nothing of the group is left. */
export function signalGroup(processGroup: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-processGroup, signal)
  } catch (error) {
    // EPERM: something of the group runs as somebody else, out of reach but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** SIGTERM, and SIGKILL for what is left after the grace. Resolves once nothing runs, or cannot be helped. */
export async function endGroup(processGroup: number, graceMs: number): Promise<void> {
  signalGroup(processGroup, 'SIGTERM')
  if (await until(() => !groupRuns(processGroup), graceMs)) return
  signalGroup(processGroup, 'SIGKILL')
  await until(() => !groupRuns(processGroup), graceMs)
}

/** The dead whom nobody has waited for stay members of their group; they do not count where /proc tells. */
export function groupRuns(processGroup: number): boolean {
  return signalGroup(processGroup, 0) && !onlyZombies(processGroup)
}

/** The pids of all that belong to the group, the dead included. None where there is no /proc. */
export function membersOf(processGroup: number): number[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.filter((pid) => Number(statOf(pid)[2]) === processGroup).map(Number)
  } catch {
    return []
  }
}

function onlyZombies(processGroup: number): boolean {
  const members = membersOf(processGroup)
  return members.length > 0 && members.every((pid) => /^[ZX]/.test(statOf(String(pid))[0] ?? 'Z'))
}

/** The fields of /proc/PID/stat after the program's name, which may itself hold spaces and parentheses. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** Whether the condition held before the time was over. */
export async function until(condition: () => boolean, forMs: number): Promise<boolean> {
  const endsAt = performance.now() + forMs
  while (!condition()) {
    if (performance.now() >= endsAt) return false
    await sleep(POLL_MS)
  }
  return true
}
