/**
 * Runs one command in a process group of its own, on a leash.
 *
 * Invariant: once `done` is settled, nothing of the process group is left, so that nothing acts for an attempt that is
 * over. What the command left running in its group is given a second, then ended.
 */
import { type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Writable } from 'node:stream'
import { type Environment, gateOf, requireExecutable } from './gate.ts'
import { type Leash, startLeash } from './leash.ts'
import { type Outlet, type OutletOptions, openOutlets } from './outlets.ts'
import { namePipes, openPipes, type Pipes } from './pipes.ts'
import { endGroup, groupRuns, signalGroup, until } from './process-group.ts'

export interface ChildOptions extends OutletOptions {
  readonly command: readonly [string, ...string[]]
  readonly env?: Environment
  /** Told of the process group before the command begins; what it answers is called once nothing of it is left. */
  readonly note?: (processGroup: number) => () => void
  /** Made beforehand; made now without it. */
  readonly prepared?: Prepared | undefined
}

/** What stands beside a command, for one command. */
export interface Prepared {
  readonly leash: Leash
  readonly pipes: Pipes | undefined
}

export async function prepareChild({ tty }: Pick<ChildOptions, 'tty'>): Promise<Prepared> {
  const names = tty ? [] : namePipes()
  const leash = startLeash(names)
  await leash.ready
  return { leash, pipes: openPipes(names) }
}

/** There will be no command. */
export function discard({ leash, pipes }: Prepared): void {
  leash.loosen()
  pipes?.close()
}

export interface Exit {
  /** The command's own code, or 128 and the number of the signal that ended it. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
}

/** A command under way. */
export interface Launched {
  readonly processGroup: number
  readonly exited: Promise<Exit>
  readonly outputs: readonly Outlet[]
}

export interface Child {
  readonly processGroup: number
  /** How the command ended, once nothing of its group is left and all output is read. */
  readonly done: Promise<Exit>
  /** Passes a signal on to the whole group. */
  signal(signal: NodeJS.Signals): void
  /** SIGTERM to the group, stopped or not, and SIGKILL for what is left after the grace. */
  stop(graceMs?: number): void
}

const STOP_GRACE_MS = 5000
const LEFTOVER_GRACE_MS = 1000

/** Rejects with the system's error when the command cannot be started: ENOENT, EACCES. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const prepared = options.prepared ?? (await prepareChild(options))
  const { leash } = prepared
  let forget = () => {}
  const fasten = (processGroup: number) => {
    leash.fasten(processGroup)
    forget = options.note?.(processGroup) ?? forget
  }
  const { processGroup, exited, outputs } = await launch(options, prepared, fasten).catch((error) => {
    discard(prepared)
    throw error
  })
  const done = exited.then(async (exit) => {
    await endLeftovers(processGroup)
    leash.loosen()
    forget()
    await Promise.all(outputs.map((output) => output.drain()))
    return exit
  })
  const signal = (name: NodeJS.Signals) => void signalGroup(processGroup, name)
  return { processGroup, done, signal, stop: stopper(processGroup, done) }
}

/** The leash is there before the child, and fastened before the command begins. */
async function launch(
  options: ChildOptions,
  { pipes }: Prepared,
  fasten: (processGroup: number) => void,
): Promise<Launched> {
  const { command, env = process.env, stdin } = options
  requireExecutable(command[0], env)
  const outlets = openOutlets(options, pipes)
  const gate = gateOf(command, env)
  const [file, ...args] = gate.command
  const stdio: StdioOptions = [...outlets.stdio, ...gate.stdio]
  // Next's types want NODE_ENV in every environment.
  const child = spawn(file, args, { detached: true, stdio, env: env as NodeJS.ProcessEnv })
  if (child.pid === undefined) {
    const [error] = await once(child, 'error')
    throw error
  }
  fasten(child.pid)
  const { outlets: outputs, terminal } = outlets.open(child)
  gate.open(child, terminal)
  child.on('error', () => undefined)
  if (stdin !== 'inherit') feed(child.stdin, stdin.text)
  return {
    processGroup: child.pid,
    exited: once(child, 'exit').then(([code, signal]) => exitOf(code, signal)),
    outputs,
  }
}

async function endLeftovers(processGroup: number): Promise<void> {
  if (await until(() => !groupRuns(processGroup), LEFTOVER_GRACE_MS)) return
  await endGroup(processGroup, STOP_GRACE_MS)
}

function stopper(processGroup: number, done: Promise<unknown>): (graceMs?: number) => void {
  let stopping = false
  return (graceMs = STOP_GRACE_MS) => {
    if (stopping) return
    stopping = true
    signalGroup(processGroup, 'SIGTERM')
    signalGroup(processGroup, 'SIGCONT')
    const timer = setTimeout(() => signalGroup(processGroup, 'SIGKILL'), graceMs)
    done.finally(() => clearTimeout(timer))
  }
}

function feed(stdin: Writable | null, text: string): void {
  // A command that does not read its input closes the pipe; that is its right.
  stdin?.on('error', () => undefined)
  stdin?.end(text)
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  return { code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal }
}
