/** `rollcall run` and its companions against the real server. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EndpointOutput } from '#lib/contract.ts'
import { createClient } from '#lib/worker/client.ts'
import { type Cli, openCli } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { type Server, startServer, stopServers } from '../support/server.ts'
import { runs } from '../support/tracked.ts'

let server: Server
let cli: Cli
let folder: string

beforeAll(async () => {
  ;[server, cli] = await Promise.all([
    startServer({ env: { ROLLCALL_SWEEP_MS: '100', ROLLCALL_REASSIGN_AFTER_MS: '0' } }),
    openCli(),
  ])
})
afterAll(async () => {
  await cli.stop()
  await stopServers()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-run-'))
})
afterEach(() => removeFolder(folder))

const start = (...args: string[]) =>
  cli.start(args, { env: { ROLLCALL_URL: server.url, ROLLCALL_TOKEN: server.adminToken } })
const client = () => createClient({ url: server.url, token: server.adminToken })
const get = (taskId: string) => client().call('getTask', { taskId })
const file = (name: string) => join(folder, name)
const pidIn = (name: string) =>
  eventually(`a pid in ${name}`, () => existsSync(file(name)) && Number(readFileSync(file(name), 'utf8')))

async function outputOf(taskId: string, stream: 'stdout' | 'stderr', attempt = 1): Promise<string> {
  let text = ''
  for (let after: number | null = 0; after !== null; ) {
    const page: EndpointOutput<'readOutput'> = await client().call('readOutput', { taskId, stream, attempt, after })
    text += page.chunks.map(({ data }) => data).join('')
    after = page.nextAfter
  }
  return text
}
const historyOf = async (taskId: string) =>
  (await client().call('listEvents', { taskId })).events.map(({ type }) => type).reverse()

describe('a tracked command', () => {
  test('is on record as running while it runs, and as a success with its output afterwards', async () => {
    const script = `echo $$ > ${file('pid')}; while [ ! -e ${file('go')} ]; do sleep 0.05; done; echo out; echo err >&2`
    const options = [
      '--id',
      'run-1',
      '--title',
      'Fix login',
      '--repo',
      'acme/api',
      '--issue',
      '1104',
      '--agent',
      'coder',
    ]
    const run = start('run', ...options, '--session', 's-1', '--', 'sh', '-c', script)
    await pidIn('pid')
    const during = await get('run-1')
    expect(during.task).toMatchObject({
      status: 'running',
      attempt: 1,
      title: 'Fix login',
      repo: 'acme/api',
      agent: 'coder',
    })
    expect(during.task).toMatchObject({ payload: { command: ['sh', '-c', script] }, finishedAt: null, costUsd: null })
    expect(during.task.holder).toMatchObject({ state: 'alive' })
    expect(during.session).toMatchObject({ id: 's-1', status: 'active' })
    writeFileSync(file('go'), '')
    expect(await run.ended).toBe(0)
    const after = await get('run-1')
    expect(after.task).toMatchObject({ status: 'success', attempt: 1, exitCode: 0 })
    expect(after.session).toMatchObject({ status: 'closed' })
    expect(await outputOf('run-1', 'stdout')).toBe('out\n')
    expect(await outputOf('run-1', 'stderr')).toBe('err\n')
  })

  test('fails with its exit code, its class and its message', async () => {
    expect(await start('run', '--id', 'run-2', '--max-retries', '0', '--', 'sh', '-c', 'exit 3').ended).toBe(3)
    const { task } = await get('run-2')
    expect(task).toMatchObject({ status: 'failed', exitCode: 3, errorClass: 'ExitCode', errorMessage: 'exited with 3' })
    expect(task.sealedAt).not.toBeNull()
  })

  test('is on record with 20,000 lines, complete and in order', async () => {
    expect(await start('run', '--id', 'run-3', '--', 'seq', '1', '20000').ended).toBe(0)
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('')
    expect((await outputOf('run-3', 'stdout')) === lines).toBe(true)
  })

  test('is not run when its id is taken', async () => {
    const run = start('run', '--id', 'run-1', '--', 'touch', file('started'))
    expect(await run.ended).toBe(1)
    expect(run.stderr()).toContain('duplicate_task')
    expect(existsSync(file('started'))).toBe(false)
  })

  test('is stopped when an operator cancels it', async () => {
    const run = start(
      'run',
      '--id',
      'run-4',
      '--lease-ms',
      '5000',
      '--',
      'sh',
      '-c',
      `echo $$ > ${file('pid')}; exec sleep 60`,
    )
    const pid = await pidIn('pid')
    const cancel = start('cancel', 'run-4', '--reason', 'not wanted')
    expect(await cancel.ended).toBe(0)
    expect(await run.ended).toBe(143)
    expect(runs(pid)).toBe(false)
    expect((await get('run-4')).task).toMatchObject({ status: 'cancelled', exitCode: 143 })
  })

  test('is interrupted within two seconds when rollcall is killed, and a worker can run it again', async () => {
    const run = start(
      'run',
      '--id',
      'run-5',
      '--require',
      'again',
      '--',
      'sh',
      '-c',
      `echo $$ > ${file('pid')}; exec sleep 60`,
    )
    const pid = await pidIn('pid')
    run.process.kill('SIGKILL')
    const killedAt = performance.now()
    await eventually('it is interrupted', async () => (await get('run-5')).attempts[0]?.status === 'interrupted')
    expect(performance.now() - killedAt).toBeLessThan(2000)
    await eventually('the command has ended', () => !runs(pid), 2000)
    const worker = start('work', '--once', '--skill', 'again', '--exec', 'echo "$ROLLCALL_ATTEMPT $ROLLCALL_PAYLOAD"')
    expect(await worker.ended).toBe(0)
    const { task, attempts } = await get('run-5')
    expect(task).toMatchObject({ status: 'success', attempt: 2, interruptions: 1, retriesUsed: 0 })
    expect(attempts.map(({ status, cause }) => [status, cause]).sort()).toEqual([
      ['interrupted', 'proven'],
      ['success', null],
    ])
    expect(await outputOf('run-5', 'stdout', 2)).toMatch(/^2 \{"command":\["sh",/)
    expect(await historyOf('run-5')).toEqual(
      expect.arrayContaining(['task.created', 'task.interrupted', 'task.finished']),
    )
  })

  test('goes on while the server is killed and started again, and is recorded to its end', async () => {
    const own = await startServer({ databaseUrl: `file:${file('own.db')}` })
    const env = { ROLLCALL_URL: own.url, ROLLCALL_TOKEN: own.adminToken }
    const script = `echo before; echo $$ > ${file('pid')}; while [ ! -e ${file('go')} ]; do sleep 0.05; done; echo after`
    const run = cli.start(['run', '--id', 'run-6', '--', 'sh', '-c', script], { env })
    await pidIn('pid')
    await own.kill('SIGKILL')
    const port = Number(new URL(own.url).port)
    writeFileSync(file('go'), '')
    await eventually('it says that it waits', () => run.stderr().includes('waits for the ledger'))
    const back = await startServer({ databaseUrl: own.databaseUrl, port })
    expect(await run.ended).toBe(0)
    const { body } = await back.call<EndpointOutput<'getTask'>>('GET', '/api/v1/tasks/run-6')
    expect(body.task).toMatchObject({ status: 'success', attempt: 1, interruptions: 0 })
    const output = await back.call<EndpointOutput<'readOutput'>>('GET', '/api/v1/tasks/run-6/output')
    expect(output.body.chunks.map(({ data }) => data).join('')).toBe('before\nafter\n')
    await back.stop()
  })
})

describe('a worker of the command line', () => {
  test('drains on SIGTERM and says goodbye', async () => {
    await client().call('createTask', { id: 'work-1', title: 'A task', requires: ['drain'], payload: { n: 1 } })
    const script = `echo $$ > ${file('pid')}; while [ ! -e ${file('go')} ]; do sleep 0.05; done`
    const worker = start('work', '--skill', 'drain', '--name', 'drainer', '--exec', script)
    await pidIn('pid')
    worker.process.kill('SIGTERM')
    await eventually('it drains', () => worker.stderr().includes('draining'))
    writeFileSync(file('go'), '')
    expect(await worker.ended).toBe(0)
    expect((await get('work-1')).task).toMatchObject({ status: 'success', attempt: 1 })
    const { workers } = await client().call('listWorkers', {})
    expect(workers.find(({ name }) => name === 'drainer')).toMatchObject({ state: 'stopped', held: 0 })
  })

  test('leaves a task that it had to stop to others, at the cost of no retry', async () => {
    await client().call('createTask', { id: 'work-2', title: 'A task', requires: ['leave'] })
    const worker = start('work', '--skill', 'leave', '--exec', `echo $$ > ${file('pid')}; exec sleep 60`)
    const pid = await pidIn('pid')
    worker.process.kill('SIGTERM')
    await eventually('it drains', () => worker.stderr().includes('draining'))
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(runs(pid)).toBe(false)
    const { task, attempts } = await get('work-2')
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'shutdown' }])
    expect(task).toMatchObject({ retriesUsed: 0, sealedAt: null })
  })
})

describe('the commands of an operator', () => {
  const out = async (...args: string[]) => {
    const run = start(...args)
    return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
  }

  test('list, show, note, fail and reassign what is on record', async () => {
    await client().call('createTask', { id: 'op-1', title: 'To be looked at', repo: 'acme/ops', requires: ['nobody'] })
    expect((await out('tasks', '--repo', 'acme/ops')).stdout).toMatch(/^op-1 .*queued.*acme\/ops.*To be looked at/m)
    expect(await out('note', 'op-1', '--reason', 'seen')).toMatchObject({ code: 0, stdout: 'op-1  noted\n' })
    expect(await out('fail', 'op-1', '--reason', 'by hand')).toMatchObject({ code: 0 })
    expect(await out('reassign', 'op-1', '--reason', 'once more')).toMatchObject({ code: 0 })
    expect((await get('op-1')).task).toMatchObject({ status: 'assigned', retriesUsed: 1 })
    const shown = await out('task', 'op-1')
    expect(shown.stdout).toMatch(/task\.noted .* seen/)
    expect(shown.stdout).toMatch(/task\.failed .* by hand/)
    expect(JSON.parse((await out('task', 'op-1', '--json')).stdout)).toMatchObject({ task: { id: 'op-1' } })
  })

  test('are refused with the reason: exit 1', async () => {
    const { code, stderr } = await out('fail', 'run-1', '--reason', 'too late')
    expect(code).toBe(1)
    expect(stderr).toContain('sealed_task')
  })

  test('recover now, and only look with --dry-run', async () => {
    expect(await out('recover', '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would find: '),
    })
    expect(await out('recover')).toMatchObject({ code: 0, stdout: expect.stringContaining('found: ') })
    expect((await out('workers')).stdout).toMatch(/^ID +NAME +STATE/)
  })

  test('need a token that exists: exit 77', async () => {
    const run = cli.start(['tasks'], { env: { ROLLCALL_URL: server.url, ROLLCALL_TOKEN: 'rc_nobody' } })
    expect(await run.ended).toBe(77)
  })
})
