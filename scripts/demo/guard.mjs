/**
 * Ends the processes of a demo and removes its folder when the demo itself is gone, however it went.
 *
 * A process in a session of its own holds the reading end of a pipe whose only writing end is the demo's; the system
 * closes that one even on SIGKILL. Run as a program this file is that process, otherwise it starts it.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(import.meta.url)
/** A killed worker's agents end within a second of it, and may write to the folder until then. */
const AFTERMATH_MS = 2000

export function openGuard(folder) {
  const guard = spawn(process.execPath, [FILE, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.unref()
  return {
    add: (pid) => void guard.stdin.write(`+${pid}\n`),
    remove: (pid) => void guard.stdin.write(`-${pid}\n`),
    /** Everything has ended; there is nothing left to guard. */
    release: () => void guard.stdin.end('done\n'),
  }
}

async function watch(folder) {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT']) process.on(signal, () => undefined)
  const pids = new Set()
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'done') return
    const pid = Number(line.slice(1))
    if (line.startsWith('+')) pids.add(pid)
    else pids.delete(pid)
  }
  // A pid that ended just now was a child of the demo, and nobody reaped it before the demo was gone: it is not reused yet.
  for (const pid of pids) endGroup(pid)
  await sleep(AFTERMATH_MS)
  rmSync(folder, { recursive: true, force: true })
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

if (process.argv[1] === FILE) await watch(process.argv[2])
