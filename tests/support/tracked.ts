/** `rollcall run` against a ledger that does as told, and looks at what it left on record and in the system. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type Cli, openCli, type Run } from './cli.ts'
import { eventually } from './eventually.ts'
import { beat, type FakeLedger, registration, startFakeLedger, taskRecord } from './fake-ledger.ts'
import { removeFolder } from './folders.ts'

type Message = { id: string; stream: 'stdout' | 'stderr'; sequence: number; data: string }

export interface Tracked {
  readonly ledger: FakeLedger
  readonly cli: Cli
  /** `rollcall run` with these arguments. */
  run(args: readonly string[], input?: string): Run
  /** `rollcall run` of a shell script. */
  shell(script: string, options?: readonly string[]): Run
  /** The last final report. */
  report(): Record<string, unknown> | undefined
  /** All output of a stream that the ledger was sent. */
  recorded(stream: string): string
  /** A file of this test that a command can write. */
  file(name: string): string
  /** The pid that a command wrote into a file. */
  pidIn(name: string): Promise<number>
}

/** For a whole file of tests: a bundle for all, a ledger and a folder for each. */
export function openTracked(): Tracked {
  let cli: Cli
  let ledger: FakeLedger
  let folder: string
  beforeAll(async () => {
    cli = await openCli()
  })
  afterAll(() => cli.stop())
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-track-'))
    ledger = await startObedientLedger()
  })
  afterEach(async () => {
    await cli.endRuns()
    await ledger.stop()
    removeFolder(folder)
  })
  const run = (args: readonly string[], input = '') =>
    cli.start(['run', ...args], { env: { ROLLCALL_URL: ledger.url, ROLLCALL_TOKEN: 'rc_test' }, input })
  const file = (name: string) => join(folder, name)
  return {
    get ledger() {
      return ledger
    },
    get cli() {
      return cli
    },
    run,
    shell: (script, options = []) => run([...options, '--', '/bin/sh', '-c', script]),
    report: () => ledger.inputs('finishAttempt').at(-1),
    recorded: (stream) => recordedBy(ledger, stream),
    file,
    pidIn: (name) =>
      eventually(`a pid in ${name}`, () => existsSync(file(name)) && Number(readFileSync(file(name), 'utf8'))),
  }
}

function startObedientLedger(): Promise<FakeLedger> {
  return startFakeLedger({
    registerWorker: () => registration({ heartbeatMs: 100 }),
    createTask: ({ id }) => ({ task: taskRecord({ id: String(id) }) }),
    heartbeat: (input) => beat(input),
    appendOutput: (input) => ackAll(input.messages as Message[]),
    finishAttempt: ({ taskId }) => ({ task: taskRecord({ id: String(taskId), status: 'success' }) }),
    stopWorker: () => registration(),
  })
}

function ackAll(messages: readonly Message[]) {
  const highest = (stream: string) =>
    Math.max(0, ...messages.filter((message) => message.stream === stream).map(({ sequence }) => sequence))
  return { acked: messages.map(({ id }) => id), highest: { stdout: highest('stdout'), stderr: highest('stderr') } }
}

function recordedBy(ledger: FakeLedger, stream: string): string {
  return ledger
    .inputs('appendOutput')
    .flatMap(({ messages }) => messages as Message[])
    .filter((message) => message.stream === stream)
    .map(({ data }) => data)
    .join('')
}

/** Running, and not merely a dead process that nobody has waited for. */
export function runs(pid: number): boolean {
  return statOf(pid)[0] !== undefined && statOf(pid)[0] !== 'Z'
}

/** Stopped by SIGSTOP, and not ended. */
export function isStopped(pid: number): boolean {
  const [state] = statOf(pid)
  // A shell waits in the system itself for a child to become the command, and cannot act before: that one was stopped.
  return state === 'T' || (state === 'D' && childrenOf(pid).some(isStopped))
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statOf(pid)[1]) === parent)
}

/** The fields behind the name: state, parent, group, ... None when there is no such process. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
