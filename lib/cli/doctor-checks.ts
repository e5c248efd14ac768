/** What the doctor looks at. Each look ends in a finding, never in an error. */

import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { readIdentity } from '#lib/process.ts'
import { withArticle } from '#lib/task/article.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Client } from '#lib/worker/client.ts'
import { stateFolder, statePathOf } from '#lib/worker/state-path.ts'
import { readStoreConfig } from '#lib/worker/store/config.ts'
import { clientOf, VERSION } from './environment.ts'

export interface Check {
  readonly name: string
  readonly result: 'ok' | 'warning' | 'failed'
  readonly found: string
  readonly remedy: string | null
}

const OLDEST_NODE = [20, 19] as const
const SKEW_MS = 2000
const TIMEOUT_MS = 5000

export async function examine(): Promise<Check[]> {
  return [...(await examineServer()), ...examineHost()]
}

async function examineServer(): Promise<Check[]> {
  let client: Client
  try {
    client = clientOf()
  } catch (error) {
    return [failed('settings', sentenceOf(error), 'Set ROLLCALL_URL and ROLLCALL_TOKEN, then run this again.')]
  }
  try {
    await client.call('healthz', {}, { timeoutMs: TIMEOUT_MS })
  } catch (error) {
    return [failed('url', sentenceOf(error), 'Start the server, or set ROLLCALL_URL to where it listens.')]
  }
  const checks = await Promise.all([examineSweeper(client), examineToken(client), examineVersion(client)])
  return [ok('url', `${client.url} answers`), ...checks.flat()]
}

/** The server judges leases by its own clock; a skewed one here only makes what people compare confusing. */
async function examineSweeper(client: Client): Promise<Check[]> {
  const askedAt = Date.now()
  try {
    const { serverTime, sweptAt, database } = await client.call('readyz', {}, { timeoutMs: TIMEOUT_MS })
    const skewMs = Math.round((askedAt + Date.now()) / 2 - Date.parse(serverTime))
    const clock =
      Math.abs(skewMs) <= SKEW_MS
        ? ok('clock', `within ${SKEW_MS / 1000} s of the server's`)
        : warning(
            'clock',
            `${Math.abs(skewMs) / 1000} s ${skewMs > 0 ? 'ahead of' : 'behind'} the server's`,
            'Let NTP set the clock of both hosts.',
          )
    return [ok('server', `${database} answers, the sweeper ran at ${sweptAt ?? 'no time yet'}`), clock]
  } catch (error) {
    return [failed('server', sentenceOf(error), 'Look at the log of the server: dead workers are not noticed now.')]
  }
}

/** Only an admin may list tokens; whoever else asks is told which role the token has. */
async function examineToken(client: Client): Promise<Check> {
  try {
    await client.call('listTokens', { limit: 1 }, { timeoutMs: TIMEOUT_MS })
    return ok('token', 'an admin token')
  } catch (error) {
    if (!isTaskError(error) || error.code !== 'forbidden') {
      return failed('token', sentenceOf(error), 'Export ROLLCALL_TOKEN with one from "rollcall token create".')
    }
    const role = String(error.facts.role ?? 'unknown')
    if (role !== 'viewer') return ok('token', `${withArticle(role)} token`)
    return warning('token', 'a viewer token', 'It reads only; to run and work take a worker token.')
  }
}

async function examineVersion(client: Client): Promise<Check> {
  try {
    const { info } = await client.call('openapi', {}, { timeoutMs: TIMEOUT_MS })
    const known = typeof info === 'object' && info !== null && 'x-release' in info
    const version = known ? String(info['x-release']) : 'unknown'
    if (version === VERSION) return ok('version', `${VERSION}, as the server`)
    const remedy = `Install the server's own: npm i -g ${client.url}/rollcall-worker.tgz`
    return warning('version', `${VERSION} here, ${version} on the server`, remedy)
  } catch (error) {
    return warning('version', sentenceOf(error), 'Is ROLLCALL_URL that of a Rollcall server?')
  }
}

function examineHost(): Check[] {
  return [examineNode(), examineIdentity(), ...examineState()]
}

function examineNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
  if (!isOld) return ok('node', process.versions.node)
  return failed('node', `${process.versions.node} is too old`, `Install Node.js ${OLDEST_NODE.join('.')} or newer.`)
}

function examineIdentity(): Check {
  const { bootId, pidNamespace, processStartedAt } = readIdentity()
  if (bootId && pidNamespace && processStartedAt) return ok('proof', 'deaths on this host can be proven')
  return warning(
    'proof',
    'this system has no /proc',
    'None needed: its workers are known to be dead when their lease is over.',
  )
}

function examineState(): Check[] {
  const folder = statePathOf()
  try {
    stateFolder('.', folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return [failed('state', sentenceOf(error), 'Set ROLLCALL_STATE_PATH to a folder that this user may write.')]
  }
  const mode = statSync(folder).mode & 0o777
  const state =
    (mode & 0o077) === 0
      ? ok('state', `${folder} is writable, and closed to others`)
      : warning('state', `${folder} is open to others (mode ${mode.toString(8)})`, `chmod 700 ${folder}`)
  return [state, examineDisk(folder)]
}

function examineDisk(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const { capBytes } = readStoreConfig()
  const found = `${Math.floor(free / 2 ** 20)} MiB free; the spool takes up to ${Math.ceil(capBytes / 2 ** 20)} MiB`
  if (free >= 2 * capBytes) return ok('disk', found)
  return warning('disk', found, 'Free some space, or lower ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES.')
}

function ok(name: string, found: string): Check {
  return { name, result: 'ok', found, remedy: null }
}

function warning(name: string, found: string, remedy: string): Check {
  return { name, result: 'warning', found, remedy }
}

function failed(name: string, found: string, remedy: string): Check {
  return { name, result: 'failed', found, remedy }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
