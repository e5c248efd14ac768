/** Where a command's output goes: through pipes or a terminal of its own, to our terminal and on record. */
import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Stream } from '#lib/task/schema.ts'
import type { Pipes } from './pipes.ts'
import { until } from './process-group.ts'
import { type CallersTerminal, openTerminal } from './terminal.ts'

export interface OutletOptions {
  /** `inherit`, or what the child reads. */
  readonly stdin: 'inherit' | { readonly text: string }
  /** Where output is passed on unchanged. */
  readonly terminal: Readonly<Record<Stream, Writable>>
  readonly onOutput: (stream: Stream, text: string) => void
  /** The caller's own terminal: the command gets one too, and stdin and both outputs go through it. */
  readonly tty?: CallersTerminal | undefined
}

export interface Outlet {
  /** Once the command has ended: reads to the end. */
  drain(): Promise<void>
}

export interface Outlets {
  /** What the child gets as its first three descriptors. */
  readonly stdio: readonly (number | 'inherit' | 'pipe' | 'ignore')[]
  /** Answers the path of the terminal that the command takes behind its gate, where it is to have one. */
  open(child: ChildProcess): { readonly outlets: readonly Outlet[]; readonly terminal?: string }
}

const SILENCE_MS = 1000

/** Through the command's own terminal, these pipes, or sockets where there are none. */
export function openOutlets(options: OutletOptions, pipes: Pipes | undefined): Outlets {
  return options.tty ? openThroughTerminal(options, options.tty) : openThroughPipes(options, pipes)
}

function openThroughPipes({ stdin, terminal, onOutput }: OutletOptions, pipes: Pipes | undefined): Outlets {
  return {
    stdio: [stdin === 'inherit' ? 'inherit' : 'pipe', ...(pipes ? pipes.writing : (['pipe', 'pipe'] as const))],
    open(child) {
      const [stdout, stderr] = pipes?.read() ?? [child.stdout, child.stderr]
      const outlets = [
        pass(stdout, terminal.stdout, (text) => onOutput('stdout', text)),
        pass(stderr, terminal.stderr, (text) => onOutput('stderr', text)),
      ]
      return { outlets }
    },
  }
}

/** Opened only once the child is there: what the library opens would be inherited, and hold the terminal open. */
function openThroughTerminal({ onOutput }: OutletOptions, tty: CallersTerminal): Outlets {
  return {
    stdio: ['ignore', 'ignore', 'ignore'],
    open() {
      const decoder = new StringDecoder('utf8')
      const { path, drain } = openTerminal(tty, (bytes) => onOutput('stdout', decoder.write(bytes)))
      return { terminal: path, outlets: [{ drain: () => drain().then(() => onOutput('stdout', decoder.end())) }] }
    },
  }
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
    const silent = () => source.closed || (!source.isPaused() && performance.now() - readAt >= SILENCE_MS)
    await Promise.race([closed, until(silent, Number.POSITIVE_INFINITY)])
    source.destroy()
    await closed
  }
  return { drain }
}
