/** Who this process is, so that a ledger on the same host can prove its death instead of waiting for the lease. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { RegisterWorker } from '#lib/task/commands.ts'

export type Identity = Pick<RegisterWorker, 'host' | 'pid' | 'bootId' | 'pidNamespace' | 'processStartedAt'>

/** The last three are undefined where the system has no /proc; the lease alone then decides. */
export function readIdentity(): Identity {
  return {
    host: hostname(),
    pid: process.pid,
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    processStartedAt: attempt(() => startTimeOf(readFileSync('/proc/self/stat', 'utf8'))),
  }
}

/** Field 22 of /proc/PID/stat. Field 2 is the program's name, which may itself hold spaces and parentheses. */
export function startTimeOf(stat: string): string | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2)
  return afterName.split(' ')[22 - 3]
}

function attempt(read: () => string | undefined): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
