/**
 * A terminal for the command, beside the caller's: keys, output and window size pass through unchanged.
 *
 * Invariant: while a command runs, the caller's terminal is raw, so that keys such as Ctrl+C are the command's; it is put
 * back however this ends, but for a kill. The command's side stays open here until all that it wrote is read: the system
 * throws away what is left when the last one closes it.
 */
import { execFileSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ReadStream, type WriteStream } from 'node:tty'
import { isInForeground } from './foreground.ts'
import { passesShell } from './gate.ts'
import { until } from './process-group.ts'

export interface CallersTerminal {
  readonly input: ReadStream
  readonly output: WriteStream
  /** Takes the keys instead of the command while that is frozen. */
  readonly intercept?: (keys: Buffer) => boolean
  /** Suspends all of us, as the terminal would; resolves once we go on. */
  readonly suspend?: () => Promise<void>
}

/** The part of the library's native module that opens terminals; processes are started as everywhere else. */
interface Native {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string }
  resize(master: number, columns: number, rows: number): void
}

export interface CommandsTerminal {
  /** Opened by the command itself, it becomes the terminal that controls it. */
  readonly path: string
  /** Once the command has ended: reads what is left, and gives the caller its terminal back. */
  drain(): Promise<void>
}

/** So many looks in a row, a turn of the event loop apart, at which nothing had come: time alone would count while we were held up. */
const QUIET_LOOKS = 4
const DRAIN_MS = 5000

/** Undefined where there is no prebuilt one for this system: pipes must do then. */
function native(): Native | undefined {
  try {
    const { requireBinary } = createRequire(import.meta.url)('@lydell/node-pty/requireBinary')
    return requireBinary('pty.node')
  } catch {
    return undefined
  }
}

/** The caller's terminal, where it has one for all three and the command can have one too. */
export function callersTerminal(
  options: Pick<CallersTerminal, 'intercept' | 'suspend'> = {},
): CallersTerminal | undefined {
  const { stdin, stdout, stderr } = process
  const isThere = stdin.isTTY && stdout.isTTY && stderr.isTTY && passesShell(process.env) && native()
  return isThere ? { input: stdin, output: stdout, ...options } : undefined
}

/** Passes on what the command writes, and tells of it. */
export function openTerminal(tty: CallersTerminal, record: (bytes: Buffer) => void): CommandsTerminal {
  const library = native()
  if (!library) throw new Error('there is no terminal library for this system')
  const { master, slave, pty: path } = library.open(tty.output.columns, tty.output.rows)
  const stream = new ReadStream(master)
  // The system's way to say that the other side is closed.
  stream.on('error', () => undefined)
  const resize = () => library.resize(master, tty.output.columns, tty.output.rows)
  const giveBack = passKeys(stream, tty, { resize, suspends: () => suspendsByKey(slave) })
  let quiet = 0
  stream.on('data', (bytes: Buffer) => {
    tty.output.write(bytes)
    record(bytes)
    quiet = 0
  })
  return {
    path,
    async drain() {
      quiet = 0
      await until(() => quiet++ >= QUIET_LOOKS, DRAIN_MS)
      giveBack()
      closeSync(slave)
      stream.destroy()
    },
  }
}

interface Commands {
  resize(): void
  /** Whether Ctrl+Z is to suspend it; others want to read that key. */
  suspends(): boolean
}

const CTRL_Z = 0x1a

/** Not every shell tells a job of the background that it is in the foreground now. */
const LOOK_MS = 500

/** Takes the caller's terminal whenever this job is in its foreground. Answers how the caller gets it back for good. */
function passKeys(
  master: ReadStream,
  { input, output, intercept, suspend }: CallersTerminal,
  command: Commands,
): () => void {
  let restore: (() => void) | undefined
  let suspending = false
  const take = () => {
    if (restore || suspending || !isInForeground()) return
    restore = makeRaw(input)
    input.on('data', type)
    input.resume()
    command.resize()
  }
  const giveBack = () => {
    if (!restore) return
    input.off('data', type)
    input.pause()
    restore()
    restore = undefined
  }
  const suspended = async (suspend: () => Promise<void>) => {
    giveBack()
    suspending = true
    await suspend()
    suspending = false
    take()
  }
  const type = (keys: Buffer) => {
    const at = suspend ? keys.indexOf(CTRL_Z) : -1
    if (suspend && at >= 0 && command.suspends()) {
      master.write(keys.subarray(0, at))
      suspended(suspend).then(() => type(keys.subarray(at + 1)))
    } else if (!intercept?.(keys)) master.write(keys)
  }
  take()
  const looking = setInterval(take, LOOK_MS)
  output.on('resize', command.resize)
  process.once('exit', giveBack)
  return () => {
    suspending = true
    clearInterval(looking)
    process.off('exit', giveBack)
    output.off('resize', command.resize)
    giveBack()
  }
}

/** Nobody in the command's terminal but the command: the system would suspend nothing there by itself. */
function suspendsByKey(slave: number): boolean {
  try {
    const modes = execFileSync('stty', ['-a'], { stdio: [slave, 'pipe', 'ignore'], encoding: 'utf8' })
    return /(^|\s)isig\b/.test(modes) && /susp = \^Z/.test(modes)
  } catch {
    return false
  }
}

let raw = false

/** What ends a line of our own on the caller's terminal. */
export function lineEnd(): string {
  return raw ? '\r\n' : '\n'
}

/** Wholly raw, by stty: what Node calls raw still puts a carriage return before each line feed of the command. */
function makeRaw(input: ReadStream): () => void {
  const stty = (...words: string[]) =>
    execFileSync('stty', words, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' }).trim()
  try {
    const saved = stty('-g')
    stty('raw', '-echo')
    raw = true
    return () => {
      if (raw) stty(saved)
      raw = false
    }
  } catch {
    input.setRawMode(true)
    return () => input.setRawMode(false)
  }
}
