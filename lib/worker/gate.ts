/**
 * Holds a command back until its leash is fastened, so that no death of ours, however untimely, leaves it running.
 *
 * A shell stands in for it, waits for one line on descriptor 3 and then becomes the command; when the line does not
 * come because we are gone, it ends.
 */
import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Writable } from 'node:stream'

export interface Gate {
  readonly command: readonly [string, ...string[]]
  /** What the child gets as descriptor 3. */
  readonly stdio: readonly ['pipe'] | readonly []
  /** `terminal` is the path of the one that shall control the command. */
  open(child: ChildProcess, terminal?: string): void
}

export type Environment = Readonly<Record<string, string | undefined>>

const WAIT = 'read -r terminal <&3 || exit 126; exec 3<&-'
/** The first terminal that the leader of a session opens is the one that controls it. */
const TAKE_TERMINAL = '[ "$terminal" = go ] || exec <>"$terminal" >&0 2>&0'
const BECOME = 'exec "$@"'
const SCRIPT = [WAIT, TAKE_TERMINAL, BECOME].join('; ')

export function gateOf(command: readonly [string, ...string[]], env: Environment): Gate {
  if (!passesShell(env)) return { command, stdio: [], open: () => undefined }
  return { command: ['/bin/sh', '-c', SCRIPT, 'sh', ...command], stdio: ['pipe'], open }
}

/** A shell hands on only names that it could set itself; with others the command must do without the gate. */
export function passesShell(env: Environment): boolean {
  return Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name))
}

function open(child: ChildProcess, terminal = 'go'): void {
  const gate = child.stdio[3]
  if (!(gate instanceof Writable)) return
  // It may have been killed before it could read.
  gate.on('error', () => undefined)
  gate.end(`${terminal}\n`)
}

/** Throws what a spawn would: ENOENT, EACCES. Behind the gate they would look like exit codes of the command. */
export function requireExecutable(file: string, env: Environment): void {
  const paths = file.includes('/')
    ? [file]
    : (env.PATH ?? '/bin:/usr/bin').split(delimiter).map((folder) => join(folder || '.', file))
  const obstacles = paths.map(obstacleTo)
  if (obstacles.includes(undefined)) return
  const code = obstacles.includes('EACCES') ? 'EACCES' : 'ENOENT'
  throw Object.assign(new Error(`${file}: ${code === 'EACCES' ? 'permission denied' : 'not found'}`), { code })
}

function obstacleTo(path: string): 'EACCES' | 'ENOENT' | undefined {
  try {
    if (!statSync(path).isFile()) return 'EACCES'
    accessSync(path, constants.X_OK)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'EACCES' : 'ENOENT'
  }
}
