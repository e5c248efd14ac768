/** Which process is the agent that called the hook: the nearest forefather that only passed the call on to nobody. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { startTimeOf } from '#lib/process.ts'

export interface AgentProcess {
  readonly pid: number
  /** Undefined where the system has no /proc; its number alone must do then. */
  readonly startedAt?: string
}

interface Forefather extends AgentProcess {
  readonly parent: number
  readonly words: readonly string[]
}

const GENERATIONS_MAX = 12
const BETWEEN = /^-?(sh|bash|dash|zsh|ksh|fish|ash|busybox|env|timeout|nice|npx|npm|pnpm|yarn|bunx)$/

/** Undefined when there is none, as when the hook was called by hand from a shell whose terminal is gone. */
export function findAgent(pid = process.ppid): AgentProcess | undefined {
  let next = pid
  for (let generation = 0; generation < GENERATIONS_MAX && next > 1; generation++) {
    const found = read(next)
    if (!found) return undefined
    if (!isBetween(found.words)) return processOf(found)
    next = found.parent
  }
  return undefined
}

/** A process that was named, or undefined when there is none under that number. */
export function agentWith(pid: number): AgentProcess | undefined {
  const found = read(pid)
  return found && processOf(found)
}

function processOf({ pid, startedAt }: Forefather): AgentProcess {
  return { pid, ...(startedAt === undefined ? {} : { startedAt }) }
}

/** A shell that runs the hook's line, or a package runner: `npm exec rollcall hook`, `node …/npx-cli.js …`. */
function isBetween([program = '', script = '']: readonly string[]): boolean {
  const name = basename(program.split(' ')[0] ?? '')
  return BETWEEN.test(name) || (/^node(js)?$/.test(name) && /(npx|npm)(-cli)?(\.c?js)?$/.test(script))
}

function read(pid: number): Forefather | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const startedAt = startTimeOf(stat)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    return { pid, parent, words, ...(startedAt === undefined ? {} : { startedAt }) }
  } catch {
    return process.platform === 'linux' ? undefined : readByPs(pid)
  }
}

function readByPs(pid: number): Forefather | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [parent = '0', ...words] = line.split(/\s+/)
    return { pid, parent: Number(parent), words }
  } catch {
    return undefined
  }
}
