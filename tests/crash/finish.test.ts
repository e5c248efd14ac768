/** kill -9 between the writes of a final report: the task is finished or as before, and the report sent again is taken. */
import { describe, expect, test } from 'vitest'
import type { Client } from '#lib/worker/client.ts'
import { clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { DIALECTS } from '../support/ledger.ts'

const POINTS = ['changeTasks', 'endAttempts', 'endSessions', 'insertEvents', 'commit'].map(
  (point) => `finishAttempt/${point}`,
)

describe.concurrent.each(DIALECTS)('a finish that is killed, on %s', (dialect) => {
  test('is on record whole or not at all, and can be repeated', { timeout: 240_000 }, async ({ onTestFinished }) => {
    const site = await openCrashSite(dialect)
    onTestFinished(() => site.remove())
    const workers = new Map<string, string>()
    for (const point of POINTS) {
      await site.crashAt(point, async (client) => {
        workers.set(point, await begin(client, point))
        await report(client, point, workers.get(point) ?? '')
      })
    }
    const server = await site.start()
    await expectWhole(site, `after a kill at ${POINTS.join(', ')}`)
    for (const [point, workerId] of workers) await repeat(clientOf(server), point, workerId)
    await expectWhole(site, 'when all are finished')
  })
})

/** A task under way with a session and output that the ledger has acknowledged. */
async function begin(client: Client, point: string): Promise<string> {
  const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7, leaseMs: 600_000 })
  const taskId = taskOf(point)
  const start = { workerId: worker.id, sessionId: `session-${taskId}` }
  await client.call('createTask', { id: taskId, title: 'Fix login', start })
  const messages = [{ id: `m-${taskId}`, stream: 'stdout' as const, sequence: 1, data: 'all is well\n' }]
  await client.call('appendOutput', { taskId, workerId: worker.id, attempt: 1, messages })
  return worker.id
}

function report(client: Client, point: string, workerId: string) {
  const taskId = taskOf(point)
  const outcome = { messageId: `end-${taskId}`, outcome: 'success' as const, exitCode: 0, turns: 4, costUsd: 0.25 }
  return client.call('finishAttempt', { taskId, workerId, attempt: 1, ...outcome })
}

async function repeat(client: Client, point: string, workerId: string): Promise<void> {
  const taskId = taskOf(point)
  const committed = point.endsWith('/commit')
  const before = await client.call('getTask', { taskId })
  expect(before.task, point).toMatchObject(
    committed ? { status: 'success', turns: 4, costUsd: 0.25 } : { status: 'running', turns: null, costUsd: null },
  )
  expect(before.session?.status, point).toBe(committed ? 'closed' : 'active')

  await report(client, point, workerId)
  const { task, attempts, session } = await client.call('getTask', { taskId })
  expect(task, point).toMatchObject({ status: 'success', attempt: 1, turns: 4, costUsd: 0.25, exitCode: 0 })
  expect(attempts, point).toMatchObject([{ attempt: 1, status: 'success' }])
  expect(session?.status, point).toBe('closed')
  const { chunks } = await client.call('readOutput', { taskId, attempt: 1 })
  expect(chunks.map(({ data }) => data).join(''), point).toBe('all is well\n')
  const { events } = await client.call('listEvents', { taskId })
  expect(
    events.filter(({ type }) => type === 'task.finished'),
    point,
  ).toHaveLength(1)
}

function taskOf(point: string): string {
  return `task-${point.replace('/', '-')}`
}
