/** Who a process is, so that a ledger on the same host can prove its death instead of waiting for the lease. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Identity {
  readonly host: string
  readonly pid: number
  readonly bootId: string | undefined
  readonly pidNamespace: string | undefined
  readonly processStartedAt: string | undefined
}

/** The last three are undefined where the system has no /proc; the lease alone then decides. */
export function readIdentity(): Identity {
  return {
    host: hostname(),
    pid: process.pid,
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    processStartedAt: startedAtOf(process.pid),
  }
}

/** Field 22 of /proc/PID/stat. Field 2 is the program's name, which may itself hold spaces and parentheses. */
export function startTimeOf(stat: string): string | undefined {
  return fieldsAfterName(stat)[22 - 3]
}

/** Undefined where there is no such process, or no /proc to tell. */
export function startedAtOf(pid: number): string | undefined {
  return attempt(() => startTimeOf(readFileSync(`/proc/${pid}/stat`, 'utf8')))
}

/**
 * True only when it is certain: no such process, another one under its number, or one that has ended and waits to be
 * reaped. Whatever else stands in the way of a look, such as a lack of permission, proves nothing.
 */
export function isGone(pid: number, startedAt: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const state = fieldsAfterName(stat)[0]
    return startTimeOf(stat) !== startedAt || state === 'Z' || state === 'X'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOENT' || code === 'ESRCH'
  }
}

function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function attempt(read: () => string | undefined): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
