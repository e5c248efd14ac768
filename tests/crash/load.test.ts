/** kill -9 in the middle of much work: what was acknowledged is on record, and the rest is whole or not there. */
import { describe, expect, test } from 'vitest'
import type { Client } from '#lib/worker/client.ts'
import { clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { DIALECTS } from '../support/ledger.ts'

const CALLERS = 12
const FINISHED_MIN = 60

/** What the ledger has acknowledged, by task. */
type Acknowledged = Map<string, { output: boolean; finished: boolean }>

describe.concurrent.each(DIALECTS)('a server that is killed under load, on %s', (dialect) => {
  test('has kept everything that it acknowledged', { timeout: 120_000 }, async ({ onTestFinished }) => {
    const site = await openCrashSite(dialect)
    onTestFinished(() => site.remove())
    const server = await site.start()
    const client = clientOf(server)
    const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 7, leaseMs: 600_000 })
    const acknowledged: Acknowledged = new Map()
    const callers = Array.from({ length: CALLERS }, (_, caller) => work(client, worker.id, caller, acknowledged))
    await eventually('much is finished', () => count(acknowledged) >= FINISHED_MIN, 30_000)
    await server.kill('SIGKILL')
    await Promise.all(callers)

    const again = clientOf(await site.start())
    await expectWhole(site, 'after the kill')
    for (const [taskId, { output, finished }] of acknowledged) {
      const { task } = await again.call('getTask', { taskId })
      const { chunks } = await again.call('readOutput', { taskId, attempt: 1 })
      // A report whose answer was lost may be on record as well.
      expect(finished ? ['success'] : ['running', 'success'], taskId).toContain(task.status)
      if (output) expect(chunks, taskId).toHaveLength(1)
    }
    const { tasks } = await again.call('listTasks', { status: ['running'], limit: 500 })
    for (const { id } of tasks) await finish(again, id, worker.id)
    expect((await again.call('listTasks', { status: ['running'] })).tasks).toEqual([])
    await expectWhole(site, 'when all are finished')
  })
})

/** One lifecycle after the other, until the server is gone. */
async function work(client: Client, workerId: string, caller: number, acknowledged: Acknowledged): Promise<void> {
  for (let turn = 0; ; turn++) {
    const taskId = `task-${caller}-${turn}`
    const messages = [{ id: `m-${taskId}`, stream: 'stdout' as const, sequence: 1, data: 'a line\n' }]
    try {
      await client.call('createTask', { id: taskId, title: 'Fix login', start: { workerId } })
      acknowledged.set(taskId, { output: false, finished: false })
      await client.call('appendOutput', { taskId, workerId, attempt: 1, messages })
      acknowledged.set(taskId, { output: true, finished: false })
      await finish(client, taskId, workerId)
      acknowledged.set(taskId, { output: true, finished: true })
    } catch {
      return
    }
  }
}

function finish(client: Client, taskId: string, workerId: string) {
  const report = { taskId, workerId, attempt: 1, messageId: `end-${taskId}`, outcome: 'success' as const }
  return client.call('finishAttempt', report)
}

function count(acknowledged: Acknowledged): number {
  return [...acknowledged.values()].filter(({ finished }) => finished).length
}
