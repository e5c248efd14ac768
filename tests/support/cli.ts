/** The `rollcall` command as people run it: the bundle, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleTo } from '../../scripts/bundle.mjs'
import { removeFolder } from './folders.ts'
import { ROOT } from './sources.ts'

type Environment = Record<string, string | undefined>

export interface Run {
  readonly pid: number
  readonly process: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface Cli {
  /** What Node runs. */
  readonly file: string
  /** Starts `rollcall` with these arguments. */
  start(args: readonly string[], options?: { readonly env?: Environment; readonly input?: string }): Run
  /** Kills what still runs. */
  endRuns(): Promise<void>
  /** The same, and removes the bundle. */
  stop(): Promise<void>
}

/** Bundles the command anew, so that a test never runs an older one. `env` is added to every start. */
export async function openCli(env: Environment = {}): Promise<Cli> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-cli-'))
  const file = join(folder, 'rollcall.cjs')
  await bundleTo(file)
  // What cannot be bundled is found as it is beside the built one.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const cli = cliOf(file, { ROLLCALL_STATE_PATH: join(folder, 'state'), ...env })
  return {
    ...cli,
    async stop() {
      await cli.stop()
      removeFolder(folder)
    },
  }
}

/** The command as it lies beside a server, with what only such a host can do. */
export async function openServersCli(env: Environment = {}): Promise<Cli> {
  const root = mkdtempSync(join(tmpdir(), 'rollcall-server-cli-'))
  const file = join(root, 'dist/rollcall.cjs')
  await bundleTo(file)
  await bundleTo(join(root, 'dist/rollcall-server.cjs'), 'lib/admin/index.ts')
  writeFileSync(join(root, 'package.json'), '{"type": "module"}')
  for (const name of ['node_modules', 'prisma']) symlinkSync(join(ROOT, name), join(root, name))
  const cli = cliOf(file, { ROLLCALL_STATE_PATH: join(root, 'state'), ...env })
  return {
    ...cli,
    async stop() {
      await cli.stop()
      removeFolder(root)
    },
  }
}

/** The bundle that `npm start` has built, for tests of everything together. */
export function openBuiltCli(env: Environment = {}): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-cli-'))
  const cli = cliOf(join(ROOT, 'dist/rollcall.cjs'), { ROLLCALL_STATE_PATH: folder, ...env })
  return {
    ...cli,
    async stop() {
      await cli.stop()
      removeFolder(folder)
    },
  }
}

function cliOf(file: string, env: Environment): Cli {
  const runs = new Set<Run>()
  async function endRuns(): Promise<void> {
    for (const run of runs) run.process.kill('SIGKILL')
    await Promise.all([...runs].map((run) => run.ended))
    runs.clear()
  }
  return {
    file,
    start(args, { env: more = {}, input = '' } = {}) {
      const run = startRun(file, args, { ...env, ...more }, input)
      runs.add(run)
      return run
    },
    endRuns,
    stop: endRuns,
  }
}

function startRun(file: string, args: readonly string[], env: Environment, input: string): Run {
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text.stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text.stderr += chunk
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1)),
  )
  if (child.pid === undefined) throw new Error('the command could not be started')
  return { pid: child.pid, process: child, stdout: () => text.stdout, stderr: () => text.stderr, ended }
}
