/** kill -9 in the middle of a bulk act: the next server goes on, and every task is done once. */
import { describe, expect, test } from 'vitest'
import { clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import { DIALECTS } from '../support/ledger.ts'

const POINTS = ['insertEvents', 'writeOperationOutcomes', 'advanceOperation', 'commit'].map(
  (point) => `runBatch/${point}`,
)
const TASKS = 400

describe.concurrent.each(DIALECTS)('a bulk act whose server is killed, on %s', (dialect) => {
  test('is gone on with, and no task is done twice or left out', { timeout: 240_000 }, async ({ onTestFinished }) => {
    const site = await openCrashSite(dialect)
    onTestFinished(() => site.remove())
    const tasks = Array.from({ length: TASKS }, (_, index) => ({ id: `task-${index}`, title: 'Fix login' }))
    const ordered = { id: 'bulk', action: 'note' as const, filter: {}, reason: 'seen' }
    for (const point of POINTS) {
      await site.crashAt(point, async (client) => {
        if (point === POINTS[0]) {
          await client.call('createTasks', { tasks })
          await client.call('runOperation', ordered)
        }
        await eventually('the server is gone', async () => {
          await client.call('getOperation', { operationId: 'bulk' })
          return false
        })
      })
    }
    const client = clientOf(await site.start())
    await eventually('the act is over', async () => {
      const { operation } = await client.call('getOperation', { operationId: 'bulk' })
      return operation.status === 'done' && operation.changed === TASKS
    })
    const [notes] = await site.sql(`SELECT COUNT(*) AS notes, COUNT(DISTINCT task_id) AS tasks FROM task_events
      WHERE type = 'task.noted'`)
    expect([Number(notes?.notes), Number(notes?.tasks)]).toEqual([TASKS, TASKS])
    await expectWhole(site, 'after all of it')
  })
})
