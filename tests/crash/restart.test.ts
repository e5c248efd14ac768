/** The server is killed while commands run, and started again: the dead are told of first, the living lose nothing. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import { openBuiltCli } from '../support/cli.ts'
import { type CrashSite, clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { freePort, type Server, untilListening } from '../support/server.ts'

type OnFinished = TestContext['onTestFinished']

describe.concurrent('a server that is killed and started again', { timeout: 120_000 }, () => {
  test('tells of a dead worker before it answers anybody', async ({ onTestFinished }) => {
    const { site, server, port, rollcall } = await openTracked(onTestFinished)
    const about = ['--repo', 'acme/api', '--issue', '1104', '--agent', 'coder', '--title', 'Fix login']
    const run = rollcall('run', '--id', 'task-1', '--session', 'session-1', ...about, '--', 'sleep', '600')
    await underWay(server, 'task-1')
    await server.kill('SIGKILL')
    run.process.kill('SIGKILL')
    await run.ended

    const again = await site.start({ port, wait: false })
    // Asked from before the port is taken on: this is the first request that the server answers.
    const first = await eventually('the first answer', () => tryGet(again, port, '/api/v1/tasks/task-1'), 30_000)
    expect(first).toMatchObject({ task: { status: 'interrupted', nextAction: 'reassign' }, session: INVALIDATED })
    await untilListening(again)
    const hint = again.output().indexOf('[recovery] task task-1 interrupted: acme/api#1104 "Fix login" agent=coder')
    expect(hint, again.output()).toBeGreaterThanOrEqual(0)
    expect(hint).toBeLessThan(again.output().indexOf('rollcall: listening on'))
    expect(again.output().match(/^\[recovery\] .*$/gm)).toHaveLength(1)
    expect(again.output()).toMatch(/ · session \S+ invalidated · next: reassign in 10s /)
    const { recoveryRuns } = await clientOf(again).call('listRecoveryRuns', {})
    expect(recoveryRuns.find(({ interrupted }) => interrupted > 0)).toMatchObject({
      trigger: 'boot',
      interrupted: 1,
      workersDead: 1,
      hints: [{ taskId: 'task-1' }],
    })
    await expectWhole(site, 'after the boot')
  })

  test('leaves a living command its task, and takes its result', async ({ onTestFinished }) => {
    const { site, server, port, rollcall, folder } = await openTracked(onTestFinished)
    const go = join(folder, 'go')
    const script = `echo before; while [ ! -e ${go} ]; do sleep 0.05; done; echo after`
    const run = rollcall('run', '--id', 'task-1', '--session', 'session-1', '--', 'sh', '-c', script)
    await underWay(server, 'task-1')
    await server.kill('SIGKILL')
    const again = await site.start({ port })
    const held = await clientOf(again).call('getTask', { taskId: 'task-1' })
    expect(held).toMatchObject({ task: { status: 'running', attempt: 1 }, session: { status: 'active' } })

    writeFileSync(go, '')
    expect(await run.ended).toBe(0)
    const { task, attempts } = await clientOf(again).call('getTask', { taskId: 'task-1' })
    expect(task).toMatchObject({ status: 'success', interruptions: 0, exitCode: 0 })
    expect(attempts).toMatchObject([{ attempt: 1, status: 'success' }])
    const { chunks } = await clientOf(again).call('readOutput', { taskId: 'task-1', attempt: 1 })
    expect(chunks.map(({ data }) => data).join('')).toBe('before\nafter\n')
    expect(again.output()).not.toContain('[recovery]')
    await expectWhole(site, 'when it is finished')
  })

  test('takes the report of a command that ended while it was away', async ({ onTestFinished }) => {
    const { site, server, port, rollcall, folder } = await openTracked(onTestFinished)
    const go = join(folder, 'go')
    const run = rollcall('run', '--id', 'task-1', '--', 'sh', '-c', `while [ ! -e ${go} ]; do sleep 0.05; done; exit 3`)
    await underWay(server, 'task-1')
    await server.kill('SIGKILL')
    writeFileSync(go, '')
    await eventually('the outcome waits', () => run.stderr().includes('the outcome waits for the ledger'))
    const again = await site.start({ port })
    expect(await run.ended).toBe(3)
    const { task, attempts } = await clientOf(again).call('getTask', { taskId: 'task-1' })
    expect(task).toMatchObject({ status: 'failed', interruptions: 0, exitCode: 3 })
    expect(attempts).toMatchObject([{ attempt: 1, status: 'failed' }])
    await expectWhole(site, 'when it is finished')
  })

  test('was away for longer than a lease, and counts that against no worker', async ({ onTestFinished }) => {
    const { site, server } = await openTracked(onTestFinished)
    const client = clientOf(server)
    const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7, leaseMs: 5000 })
    await client.call('createTask', { id: 'task-1', title: 'Fix login', start: { workerId: worker.id } })
    const held = [{ taskId: 'task-1', attempt: 1 }]
    const { leaseExpiresAt } = await client.call('heartbeat', { workerId: worker.id, held })
    await sweptSince(site, Date.parse(leaseExpiresAt) - worker.leaseMs)
    await server.kill('SIGKILL')
    await eventually('the lease is over', () => Date.now() > Date.parse(leaseExpiresAt))

    const again = await site.start()
    const answer = await clientOf(again).call('heartbeat', { workerId: worker.id, held })
    expect(answer.held).toEqual([{ ...held[0], verdict: 'held' }])
    const { task } = await clientOf(again).call('getTask', { taskId: 'task-1' })
    expect(task).toMatchObject({ status: 'running', attempt: 1, interruptions: 0 })
    await expectWhole(site, 'after the boot')
  })
})

const INVALIDATED = { id: 'session-1', status: 'invalidated' }

/** A server on a port that it keeps, and the command that speaks to it. */
async function openTracked(onTestFinished: OnFinished) {
  const site = await openCrashSite('sqlite')
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-restart-'))
  const port = await freePort()
  const server = await site.start({ port })
  const cli = openBuiltCli({ ROLLCALL_URL: server.url, ROLLCALL_TOKEN: server.adminToken })
  onTestFinished(async () => {
    await cli.stop()
    await site.remove()
    removeFolder(folder)
  })
  return { site, server, port, folder, rollcall: (...args: string[]) => cli.start(args) }
}

function underWay(server: Server, taskId: string) {
  return eventually(`${taskId} is under way`, () =>
    clientOf(server)
      .call('getTask', { taskId })
      .then(({ task }) => task.status === 'running')
      .catch(() => false),
  )
}

/** Nothing while the port is not taken yet. */
async function tryGet({ adminToken }: Server, port: number, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${adminToken}` }
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers }).catch(() => undefined)
  return answer?.json()
}

/** The sweeper ran after this instant, so that the outage that follows is shorter than it could be. */
function sweptSince(site: CrashSite, instantMs: number) {
  return eventually('the next sweep', async () => {
    const [row] = await site.sql('SELECT swept_at FROM ledger_clock')
    return Number(row?.swept_at) > instantMs
  })
}
