/**
 * Whether the terminal is this job's at present. A job in the background may neither read the keys nor change the terminal:
 * the system would stop it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export function isInForeground(): boolean {
  const { own, terminals } = groups()
  // Below zero, there is no terminal that controls this process, and nobody who would stop it.
  return own === terminals || terminals < 0
}

function groups() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The program's name may itself hold spaces and parentheses.
    const [, , own, , , terminals] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { own: Number(own), terminals: Number(terminals) }
  } catch {
    const told = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
    const [own, terminals] = told.trim().split(/\s+/)
    return { own: Number(own), terminals: Number(terminals) }
  }
}
