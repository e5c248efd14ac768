/**
 * Starts a real PostgreSQL for tests and benchmarks: on a free loopback port, in a folder of its own, as an ordinary
 * user even for root, with fsync on. It ends with the process that started it, and takes its folder along.
 */
import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPrograms } from './postgres-programs.mjs'

const READY = 'database system is ready to accept connections'
const READY_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 10_000

/** Gives the URL of a superuser in a fresh cluster, and how to stop it. `programs` is the folder of others than usual. */
export async function startPostgres(programs) {
  const folder = fs.mkdtempSync(join(tmpdir(), 'rollcall-postgres-'))
  try {
    const owner = ownerOf(folder)
    const bin = programs ?? findPrograms(folder)
    const data = join(folder, 'data')
    initialise(bin, data, owner)
    const port = await freePort()
    const server = await serve(bin, data, port, owner)
    // An immediate shutdown, as nobody can wait any more when this process ends, and the data is thrown away.
    const endWithUs = () => {
      server.kill('SIGQUIT')
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    }
    process.once('exit', endWithUs)
    const stop = async () => {
      process.off('exit', endWithUs)
      await end(server)
      fs.rmSync(folder, { recursive: true, force: true })
    }
    return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Makes an empty database in the cluster of `url` and gives its own URL. */
export async function createDatabase(url, name) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  const made = new URL(url)
  made.pathname = `/${name}`
  return made.href
}

/** PostgreSQL refuses to run as root, so root hands it to the user nobody. */
function ownerOf(folder) {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout)
  const owner = { uid: idOf('-u'), gid: idOf('-g') }
  fs.chownSync(folder, owner.uid, owner.gid)
  return owner
}

function initialise(bin, data, owner) {
  fs.mkdirSync(data, { mode: 0o700 })
  if (owner.uid !== undefined) fs.chownSync(data, owner.uid, owner.gid)
  const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync', '--no-instructions']
  // Like a server in the field: text sorts by a language's rules there, not by bytes.
  const language = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US']
  const made = spawnSync(join(bin, 'initdb'), [...options, ...language, '-D', data], {
    ...owner,
    cwd: data,
    encoding: 'utf8',
    env: environment(),
  })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ''}${made.stdout}${made.stderr}`)
}

function serve(bin, data, port, owner) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'on',
    // Far from UTC, so that a program that leaves the zone to the server is found out.
    timezone: 'Asia/Kathmandu',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...options], {
    ...owner,
    cwd: data,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return ready(server)
}

function ready(server) {
  return new Promise((resolve, reject) => {
    let log = ''
    const timer = setTimeout(() => fail('was not ready in time'), READY_LIMIT_MS)
    const settle = () => {
      clearTimeout(timer)
      server.off('error', onError).off('exit', onExit)
      // What comes later is read as well, or the server would stand still on a full pipe.
      server.stderr.off('data', onLog).resume()
    }
    const fail = (what) => {
      settle()
      server.kill('SIGQUIT')
      reject(new Error(`PostgreSQL ${what}.\n${log}`))
    }
    const onError = (error) => fail(`could not be started: ${error.message}`)
    const onExit = (code) => fail(`ended with exit code ${code}`)
    const onLog = (chunk) => {
      log += chunk
      if (!log.includes(READY)) return
      settle()
      resolve(server)
    }
    server.on('error', onError).on('exit', onExit)
    server.stderr.on('data', onLog)
  })
}

async function end(server) {
  if (server.exitCode !== null || server.signalCode !== null) return
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_LIMIT_MS)
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGINT')
  await ended
  clearTimeout(timer)
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** Without the settings of the person who runs the tests: PGPORT and the like would reach the server. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')))
}
