/**
 * Runs one command in a process group of its own, on a leash.
 *
 * Invariant: once `done` is settled, nothing of the process group is left, so that nothing acts for an attempt that is
 * over. What the command left running in its group is given a second, then ended.
 */
import { type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Stream } from '#lib/task/schema.ts'
import { type Environment, gateOf } from './gate.ts'
import { startLeash } from './leash.ts'
import { openPipes } from './pipes.ts'
import { endGroup, groupRuns, signalGroup, until } from './process-group.ts'

export interface ChildOptions {
  readonly command: readonly [string, ...string[]]
  readonly env?: Environment
  /** `inherit`, or what the child reads. */
  readonly stdin: 'inherit' | { readonly text: string }
  /** Where output is passed on unchanged. */
  readonly terminal: Readonly<Record<Stream, Writable>>
  readonly onOutput: (stream: Stream, text: string) => void
  /** Told of the process group before the command begins; what it answers is called once nothing of it is left. */
  readonly note?: (processGroup: number) => () => void
}

export interface Exit {
  /** The command's own code, or 128 and the number of the signal that ended it. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
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
  const { child, processGroup, leash, forget, stdout, stderr } = await launch(options)
  const outputs = [
    pass(stdout, options.terminal.stdout, (text) => options.onOutput('stdout', text)),
    pass(stderr, options.terminal.stderr, (text) => options.onOutput('stderr', text)),
  ]
  const exited = once(child, 'exit').then(([code, signal]) => exitOf(code, signal))
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

/** In this order: the leash is there before the child, and fastened before the command begins. */
async function launch({ command, env = process.env, stdin, note }: ChildOptions) {
  const gate = gateOf(command, env)
  const leash = startLeash()
  const pipes = openPipes()
  const [file, ...args] = gate.command
  const output: (number | 'pipe')[] = pipes ? [...pipes.writing] : ['pipe', 'pipe']
  const stdio: StdioOptions = [stdin === 'inherit' ? 'inherit' : 'pipe', ...output, ...gate.stdio]
  // Next's types want NODE_ENV in every environment.
  const child = spawn(file, args, { detached: true, stdio, env: env as NodeJS.ProcessEnv })
  if (child.pid === undefined) {
    const [error] = await once(child, 'error')
    leash.loosen()
    pipes?.close()
    throw error
  }
  leash.fasten(child.pid)
  const forget = note?.(child.pid) ?? (() => undefined)
  gate.open(child)
  child.on('error', () => undefined)
  if (stdin !== 'inherit') feed(child.stdin, stdin.text)
  const [stdout, stderr] = pipes?.read() ?? [child.stdout, child.stderr]
  return { child, processGroup: child.pid, leash, forget, stdout, stderr }
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

function pass(source: Readable | null, terminal: Writable, record: (text: string) => void) {
  if (!source) throw new Error('the child was started without pipes')
  const decoder = new StringDecoder('utf8')
  let readAt = performance.now()
  // When nobody reads our output any more, the child shall meet the same broken pipe as without us.
  const broken = () => source.destroy()
  terminal.once('error', broken)
  source.on('error', () => undefined)
  source.on('data', (chunk: Buffer) => {
    readAt = performance.now()
    record(decoder.write(chunk))
    if (terminal.write(chunk)) return
    source.pause()
    terminal.once('drain', () => source.resume())
  })
  const closed = new Promise<void>((resolve) => source.once('close', resolve)).then(() => {
    terminal.off('error', broken)
    record(decoder.end())
  })
  /** Reads to the end. A daemon that left the group may hold the pipe open for ever: a second of silence ends that. */
  const drain = async () => {
    const silent = () => source.closed || (!source.isPaused() && performance.now() - readAt >= LEFTOVER_GRACE_MS)
    await Promise.race([closed, until(silent, Number.POSITIVE_INFINITY)])
    source.destroy()
    await closed
  }
  return { drain }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  return { code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal }
}
