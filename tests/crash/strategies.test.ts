/** Each strategy from end to end: a server, a worker's process that is really killed, and what becomes of its task. */
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Task } from '#lib/task/schema.ts'
import type { Settings } from '#lib/task/settings.ts'
import type { Client } from '#lib/worker/client.ts'
import { type CrashSite, clientOf, expectWhole, openCrashSite, startBody } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { DIALECTS } from '../support/ledger.ts'

const TASK = 'task-1'
type Given = Omit<Partial<Settings>, 'compensation'> & { compensation?: unknown }

interface Scene {
  readonly site: CrashSite
  readonly client: Client
  /** Kills the process of the worker, and waits until the ledger has noticed. */
  die(): Promise<Task>
  until(status: Task['status']): Promise<Task>
}

describe.each(DIALECTS)('a worker is killed, on %s:', (dialect) => {
  const limit = { timeout: 90_000 }

  /** A task under way with a worker that is a process of this host; `prepare` does what its agent does before the end. */
  async function play(
    onTestFinished: (end: () => Promise<void>) => void,
    settings: Given,
    prepare: (
      client: Client,
      ref: { taskId: string; workerId: string; attempt: number },
    ) => Promise<unknown> = async () => {},
  ): Promise<Scene> {
    const site = await openCrashSite(dialect)
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-strategy-'))
    onTestFinished(async () => {
      await site.remove()
      removeFolder(folder)
    })
    const broken = "export default { name: 'broken', decide: () => { throw new Error('no such model') } }"
    writeFileSync(join(folder, 'broken.mjs'), broken)
    const path = join(folder, 'rollcall.json')
    writeFileSync(path, JSON.stringify({ firstDelayMs: 0, ...settings }))
    const server = await site.start({ env: { ROLLCALL_CONFIG: path, ROLLCALL_SWEEP_MS: '100' } })
    const client = clientOf(server)
    const body = await startBody()
    onTestFinished(() => body.kill())
    const { worker } = await client.call('registerWorker', body.identity)
    await client.call('createTask', { id: TASK, title: 'Fix login', sideEffects: true, start: { workerId: worker.id } })
    await prepare(client, { taskId: TASK, workerId: worker.id, attempt: 1 })
    const read = async () => (await client.call('getTask', { taskId: TASK })).task
    const until = async (status: Task['status']) => {
      let task = await read()
      await eventually(`the task is ${status}`, async () => {
        task = await read()
        return task.status === status
      })
      return task
    }
    return {
      site,
      client,
      until,
      async die() {
        await body.kill()
        await eventually('the death is noticed', async () => (await read()).interruptedAt !== null)
        return read()
      },
    }
  }

  const claim = async (client: Client) => {
    const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7 })
    const { tasks } = await client.call('claimTasks', { workerId: worker.id, requestId: 'claim-1', waitMs: 5000 })
    return { worker, tasks }
  }

  test('fail-and-reassign gives the task to another worker', limit, async ({ onTestFinished }) => {
    const { site, client, die } = await play(onTestFinished, {})
    await die()
    const { tasks, worker } = await claim(client)
    expect(tasks).toMatchObject([{ id: TASK, attempt: 2, interruptions: 1, retriesUsed: 0, workerId: worker.id }])
    await expectWhole(site, 'after the second start')
  })

  test('resume-from-checkpoint lets it go on from its newest turn', limit, async ({ onTestFinished }) => {
    const scene = await play(onTestFinished, { strategy: 'resume-from-checkpoint' }, async (client, ref) => {
      for (const turn of [1, 2]) await client.call('saveCheckpoint', { ...ref, turn, state: { turn } })
    })
    await scene.die()
    const { tasks, worker } = await claim(scene.client)
    expect(tasks).toMatchObject([
      { attempt: 2, resume: { kind: 'checkpoint', attempt: 1, turn: 2, state: { turn: 2 } } },
    ])
    const ref = { taskId: TASK, workerId: worker.id, attempt: 2 }
    await scene.client.call('finishAttempt', { ...ref, messageId: 'end', outcome: 'success' })
    expect(await scene.site.sql('SELECT * FROM checkpoints')).toEqual([])
    await expectWhole(scene.site, 'when it is finished')
  })

  test('hold-for-operator leaves it to a person', limit, async ({ onTestFinished }) => {
    const { client, die } = await play(onTestFinished, { strategy: 'hold-for-operator' })
    expect(await die()).toMatchObject({ status: 'interrupted', nextAction: 'hold', nextAt: null })
    await client.call('reassignTask', { taskId: TASK, reason: 'the host is back' })
    expect((await claim(client)).tasks).toMatchObject([{ id: TASK, attempt: 2 }])
  })

  test('compensate undoes its side effects, the last one first', limit, async ({ onTestFinished }) => {
    const undone: string[] = []
    const handler = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => {
        text += chunk
      })
      request.once('end', () => {
        undone.push(text)
        response.end('{}')
      })
    })
    handler.listen(0, '127.0.0.1')
    await once(handler, 'listening')
    onTestFinished(async () => void handler.close())
    const url = `http://127.0.0.1:${(handler.address() as AddressInfo).port}/`
    const settings: Given = { strategy: 'compensate', compensation: { handlers: { branch: { url } } } }
    const scene = await play(onTestFinished, settings, async (client, ref) => {
      for (const target of ['first', 'second']) {
        await client.call('registerCompensation', { ...ref, kind: 'branch', target, reason: 'pushed' })
      }
    })
    await scene.die()
    expect(await scene.until('compensated')).toMatchObject({ sealedAt: expect.any(String) as string })
    expect(undone).toHaveLength(2)
    expect(undone[0]).toContain('second')
    expect(undone[1]).toContain('first')
    await expectWhole(scene.site, 'when it is compensated')
  })

  test('one of the user’s own that throws holds the task, and hides nothing', limit, async ({ onTestFinished }) => {
    const { die } = await play(onTestFinished, { strategy: 'broken', strategyModules: ['./broken.mjs'] })
    const nextReason = 'the strategy broken failed: no such model'
    expect(await die()).toMatchObject({ status: 'interrupted', nextAction: 'hold', nextReason, interruptions: 1 })
  })
})
