/**
 * The real server.js, built, in a process of its own on a loopback port.
 * Invariant: each one that is started is stopped, by its pid, at the latest when the process of the tests ends.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { removeFolder } from './folders.ts'
import { ROOT } from './sources.ts'

export const ADMIN_TOKEN = 'rc_admin-token-of-the-tests'
const BOOT_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 8000
const LISTENING = /^rollcall: listening on (\S+)$/m

export interface ServerOptions {
  /** Without it the server gets a SQLite file of its own, which goes when it stops. */
  readonly databaseUrl?: string | undefined
  /** Without it the system chooses a free one; a server that comes back needs its former one. */
  readonly port?: number
  /** `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** `false` does not wait until the server listens, for those that must not. */
  readonly wait?: boolean
  /** The user to run as, for root's tests of missing permissions. */
  readonly uid?: number
}

export interface Reply<Body> {
  readonly status: number
  readonly headers: Headers
  /** Parsed, or the text of what is no JSON. */
  readonly body: Body
}

/** An exit code, or the signal that ended it. */
export type Exit = number | NodeJS.Signals

export interface Server {
  /** Known once the server listens. */
  readonly url: string
  readonly databaseUrl: string
  readonly adminToken: string
  readonly pid: number
  readonly ended: Promise<Exit>
  /** Everything it has printed, stdout and stderr. */
  output(): string
  stderr(): string
  /** With the admin token, unless another is given; `null` sends none. Strings and bytes are sent as they are. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    token?: string | null,
  ): Promise<Reply<Body>>
  /** Sends a signal by pid, unless the process has ended, and waits until it has. */
  kill(signal: NodeJS.Signals): Promise<Exit>
  /** SIGTERM, and SIGKILL for one that does not go; removes the database if it was the server's own. */
  stop(): Promise<Exit>
}

const servers = new Set<Server>()
process.once('exit', () => {
  for (const server of servers) void server.kill('SIGKILL')
})

/** Fails with what the server printed when it does not listen in time. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = options.databaseUrl === undefined ? mkdtempSync(join(tmpdir(), 'rollcall-server-')) : undefined
  const databaseUrl = options.databaseUrl ?? `file:${join(folder ?? '', 'rollcall.db')}`
  const child = spawnServer(options, databaseUrl)
  const server = toServer(child, { databaseUrl, adminToken: options.env?.ROLLCALL_ADMIN_TOKEN ?? ADMIN_TOKEN, folder })
  servers.add(server)
  if (options.wait !== false) await untilListening(server)
  return server
}

/** Stops all that this file of tests has started and not stopped: for its afterAll. */
export async function stopServers(): Promise<void> {
  await Promise.all([...servers].map((server) => server.stop()))
}

export async function untilListening(server: Server, withinMs = BOOT_LIMIT_MS): Promise<void> {
  let exit: Exit | undefined
  void server.ended.then((code) => {
    exit = code
  })
  await eventually('the server listens', () => LISTENING.test(server.output()) || exit !== undefined, withinMs).catch(
    async (error) => {
      await server.kill('SIGKILL')
      throw new Error(`${error}\n${server.output()}`)
    },
  )
  if (exit !== undefined) throw new Error(`the server ended with ${exit}:\n${server.output()}`)
}

/** A port that was free a moment ago, for a server whose address must be known before it listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

function spawnServer({ port = 0, env = {}, uid }: ServerOptions, databaseUrl: string): ChildProcess {
  // What Vitest sets for itself, and the settings of the person who runs the tests, must not reach the server.
  const settings = /^(ROLLCALL_|DATABASE_URL$|PORT$|HOST$|NODE_ENV$|VITEST|FORCE_COLOR$)/
  const kept = Object.entries(process.env).filter(([name]) => !settings.test(name))
  // Next's types want NODE_ENV in every environment; server.js sets its own.
  const inherited = Object.fromEntries(kept) as NodeJS.ProcessEnv
  const own = { DATABASE_URL: databaseUrl, PORT: String(port), HOST: '127.0.0.1', ROLLCALL_ADMIN_TOKEN: ADMIN_TOKEN }
  const options: SpawnOptions = { cwd: ROOT, env: { ...inherited, NO_COLOR: '1', ...own, ...env }, stdio: 'pipe' }
  const child = spawn(process.execPath, [join(ROOT, 'server.js')], uid === undefined ? options : { ...options, uid })
  child.stdin?.end()
  return child
}

interface Made {
  readonly databaseUrl: string
  readonly adminToken: string
  readonly folder: string | undefined
}

function toServer(child: ChildProcess, { databaseUrl, adminToken, folder }: Made): Server {
  const { pid } = child
  if (pid === undefined) throw new Error('the server could not be started')
  const print = collect(child)
  const ended = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? -1)))
  const end = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) signalTo(pid, signal)
    return ended
  }
  const server: Server = {
    get url() {
      const [, url] = LISTENING.exec(print.all) ?? []
      if (url === undefined) throw new Error(`the server does not listen:\n${print.all}`)
      return url
    },
    databaseUrl,
    adminToken,
    pid,
    ended,
    output: () => print.all,
    stderr: () => print.stderr,
    call: (method, path, body, token = adminToken) => exchange(server.url + path, method, body, token),
    kill: end,
    async stop() {
      const timer = setTimeout(() => end('SIGKILL'), STOP_LIMIT_MS)
      const exit = await end('SIGTERM')
      clearTimeout(timer)
      servers.delete(server)
      if (folder !== undefined) removeFolder(folder)
      return exit
    },
  }
  return server
}

function collect({ stdout, stderr }: ChildProcess): { all: string; stderr: string } {
  const print = { all: '', stderr: '' }
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    print.all += text
  })
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    print.all += text
    print.stderr += text
  })
  return print
}

async function exchange<Body>(url: string, method: string, body: unknown, token: string | null): Promise<Reply<Body>> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : isRaw ? (body as BodyInit) : JSON.stringify(body),
    redirect: 'manual',
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
  // The caller says what it expects; a test that is wrong about it fails at its next line.
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended already.
  }
}
