/**
 * The processes of the demo. Invariant: whatever runs is known to the guard before anything else happens to it, so that
 * a demo that is killed leaves neither a process nor its folder behind.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, StepError } from '../step.mjs'
import { openGuard } from './guard.mjs'

/** Seven slots for agents, one that undoes what they did. The real `rollcall work`, as anybody starts it. */
const CREW = {
  'forge-1': ['--skill', 'code', '--slots', '2'],
  'forge-2': ['--skill', 'code', '--slots', '2'],
  'forge-3': ['--skill', 'code', '--slots', '2'],
  'scribe-1': ['--skill', 'docs', '--skill', 'review', '--slots', '2'],
  'undo-1': ['--skill', 'compensate:branch'],
}
const DEFAULT_PORT = 3000
const BOOT_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 8000
const LISTENING = /^rollcall: listening on (\S+)$/m

export async function openFleet({ signal }) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-demo-'))
  const guard = openGuard(folder)
  const fleet = createFleet(folder, guard)
  try {
    signal.throwIfAborted()
    await fleet.begin(signal)
    return fleet
  } catch (error) {
    await fleet.stop()
    throw error
  }
}

function createFleet(folder, guard) {
  const token = `rc_demo_${randomBytes(12).toString('hex')}`
  const workers = new Map()
  const running = new Set()
  let server
  let url
  let workerToken
  let restarting = false
  let stopping = false
  let fail
  const failed = new Promise((_, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)

  async function begin(signal) {
    const port = process.env.PORT || (await freePort(DEFAULT_PORT))
    url = await startServer(port, signal)
    const minted = await call('POST', '/api/v1/tokens', { name: 'demo workers', role: 'worker' })
    workerToken = minted.secret
    for (const name of Object.keys(CREW)) hire(name)
  }

  async function startServer(port, signal) {
    const config = join(folder, 'rollcall.json')
    // A suspect waits a minute for a worker that is idle; nobody who watches should.
    writeFileSync(config, JSON.stringify({ isolationWaitMs: 3000, viewersSee: ['payload', 'errors', 'output'] }))
    const own = {
      DATABASE_URL: `file:${join(folder, 'rollcall.db')}`,
      PORT: String(port),
      ROLLCALL_ADMIN_TOKEN: token,
      ROLLCALL_CONFIG: config,
    }
    server = start([join(ROOT, 'server.js')], own, ROOT)
    const print = collect(server)
    server.stdout.on('data', (text) => showHints(String(text)))
    const ended = new Promise((resolve) => server.once('exit', resolve))
    const started = server
    void ended.then(() => {
      if (!stopping && !restarting && server === started) fail(new StepError('The server ended.', '', print()))
    })
    const timer = setTimeout(() => started.kill('SIGKILL'), BOOT_LIMIT_MS)
    const stop = () => started.kill('SIGTERM')
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await listening(started, print, ended)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }

  function hire(name) {
    if (workers.has(name) || stopping) return
    const exec = `exec '${process.execPath}' '${join(ROOT, 'scripts/demo/agent.mjs')}'`
    const args = [join(ROOT, 'dist/rollcall.cjs'), 'work', '--name', name, ...CREW[name], '--exec', exec]
    const state = join(folder, 'state', name)
    const worker = start(args, { ROLLCALL_URL: url, ROLLCALL_TOKEN: workerToken, ROLLCALL_STATE_PATH: state })
    workers.set(name, worker)
    worker.once('exit', () => workers.get(name) === worker && workers.delete(name))
  }

  /** A group of its own, so that Ctrl+C of the terminal reaches this process alone, which then ends the others in order. */
  function start(args, own, cwd = folder) {
    const env = { ...withoutSettings(process.env), NO_COLOR: '1', ...own }
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    if (child.pid !== undefined) guard.add(child.pid)
    child.once('exit', () => {
      running.delete(child)
      if (child.pid !== undefined) guard.remove(child.pid)
    })
    child.once('error', (error) => fail(new StepError(`A process could not be started: ${error.message}.`)))
    child.stdout.resume()
    child.stderr.resume()
    return child
  }

  async function call(method, path, body) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(10_000)
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body), signal })
    const parsed = await answer.json()
    if (!answer.ok) throw new StepError(`${method} ${path} was answered with ${answer.status}: ${parsed.detail}`)
    return parsed
  }

  async function restartServer() {
    restarting = true
    const killed = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await killed
    try {
      await startServer(new URL(url).port)
    } finally {
      restarting = false
    }
  }

  async function stop() {
    stopping = true
    const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    // Workers end what they hold at the second request; the server goes last, so that they can say goodbye.
    for (const worker of workers.values()) for (const _ of [1, 2]) worker.kill('SIGTERM')
    const leave = Promise.all([...workers.values()].map((worker) => new Promise((done) => worker.once('exit', done))))
    await Promise.race([leave, later(STOP_LIMIT_MS)])
    server?.kill('SIGTERM')
    await Promise.race([Promise.all(ended), later(STOP_LIMIT_MS)])
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(ended)
    rmSync(folder, { recursive: true, force: true })
    guard.release()
  }

  return {
    get url() {
      return url
    },
    token,
    folder,
    failed,
    begin,
    hire,
    call,
    restartServer,
    stop,
    isRestarting: () => restarting,
    /** SIGKILL; gives the pid that it had. */
    kill(name) {
      const worker = workers.get(name)
      workers.delete(name)
      worker?.kill('SIGKILL')
      return worker?.pid
    },
  }
}

async function listening(child, print, ended) {
  const found = new Promise((resolve) => {
    child.stdout.on('data', () => {
      const [, url] = LISTENING.exec(print()) ?? []
      if (url) resolve(url)
    })
  })
  const url = await Promise.race([found, ended.then(() => undefined)])
  if (url === undefined) throw new StepError('The server did not start.', '', print())
  return url
}

/** The last of what a process printed, for the case that it fails. */
function collect(child) {
  let text = ''
  const add = (chunk) => {
    text = (text + chunk).slice(-20_000)
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  return () => text
}

function showHints(text) {
  for (const line of text.split('\n')) if (line.startsWith('[recovery]')) console.log(`      ${line}`)
}

/** The settings of the person who runs the demo must not reach it, least of all their database. */
function withoutSettings(env) {
  const setting = /^(ROLLCALL_|DATABASE_URL$|PORT$|HOST$|NODE_ENV$)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !setting.test(name)))
}

/** The usual port if nobody has it, otherwise one that the system chooses. */
function freePort(port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
