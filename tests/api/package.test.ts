/** A host without the dashboard: the package that the server offers, installed by npm, tracks a command. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EndpointOutput } from '#lib/contract.ts'
import { removeFolder } from '../support/folders.ts'
import { type Server, startServer } from '../support/server.ts'
import { ROOT } from '../support/sources.ts'

const run = promisify(execFile)
const npm: readonly [string, ...string[]] = process.env.npm_execpath?.endsWith('.js')
  ? [process.execPath, process.env.npm_execpath]
  : ['npm']
let server: Server
let prefix: string
const command = () => join(prefix, 'bin/rollcall')

beforeAll(async () => {
  prefix = mkdtempSync(join(tmpdir(), 'rollcall-prefix-'))
  server = await startServer()
  const [program, ...first] = npm
  const words = [...first, 'install', '--global', '--no-audit', '--no-fund', '--prefix', prefix]
  await run(program, [...words, `${server.url}/rollcall-worker.tgz`], { timeout: 60_000 })
}, 90_000)
afterAll(async () => {
  await server?.stop()
  removeFolder(prefix)
})

function environment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(ROLLCALL_|npm_|NODE_|VITEST)/.test(name))
  return {
    ...Object.fromEntries(kept),
    ROLLCALL_URL: server.url,
    ROLLCALL_TOKEN: server.adminToken,
    ROLLCALL_STATE_PATH: join(prefix, 'state'),
  } as unknown as NodeJS.ProcessEnv
}

test('tracks a command with nothing else installed', async () => {
  const script = 'echo from afar; exit 3'
  const ended = await run(command(), ['run', '--id', 'packed', '--max-retries', '0', '--', 'sh', '-c', script], {
    env: environment(),
    cwd: prefix,
  }).catch((error) => error)
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 3, stdout: 'from afar\n' })
  const { body } = await server.call<EndpointOutput<'getTask'>>('GET', '/api/v1/tasks/packed')
  expect(body.task).toMatchObject({ status: 'failed', exitCode: 3 })
  const output = await server.call<EndpointOutput<'readOutput'>>('GET', '/api/v1/tasks/packed/output')
  expect(output.body.chunks.map(({ data }) => data).join('')).toBe('from afar\n')
})

test("is of the server's own version, and finds this host in order", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect((await run(command(), ['--version'], { env: environment() })).stdout.trim()).toBe(version)
  const { stdout } = await run(command(), ['doctor', '--json'], { env: environment() })
  expect(JSON.parse(stdout)).toMatchObject({ ok: true })
  expect(stdout).toContain(`${version}, as the server`)
})

test('brings neither Next nor Prisma, and the library to import', async () => {
  const home = join(prefix, 'lib/node_modules/rollcall-worker')
  const within = existsSync(join(home, 'node_modules')) ? readdirSync(join(home, 'node_modules')) : []
  expect(within.filter((name) => /next|react|prisma|^pg$/.test(name))).toEqual([])
  const script = `import('${home}/worker.js').then((library) => console.log(Object.keys(library).sort().join(' ')))`
  const { stdout } = await run(process.execPath, ['-e', script], { env: environment() })
  expect(stdout.trim().split(' ')).toEqual(expect.arrayContaining(['Worker', 'createClient', 'runCommand']))
})
