/** kill -9 between the writes of recovery: however often it is killed, the death of a worker is told and acted on once. */
import { describe, expect, test } from 'vitest'
import { clientOf, expectWhole, openCrashSite, startBody } from '../support/crash.ts'
import { DIALECTS } from '../support/ledger.ts'

/** In the order in which one pass comes to them, so that each server gets one step further than the one before. */
const POINTS = [
  'buryWorkers/buryWorkers',
  'buryWorkers/commit',
  'interruptTask/changeTasks',
  'interruptTask/endAttempts',
  'interruptTask/endSessions',
  'interruptTask/insertEvents',
  'interruptTask/commit',
  'settleEnded/settleWorkers',
  'carryOut/changeTasks',
  'carryOut/commit',
]
/** From here on the death is on record; before, nothing of it is. */
const TOLD = POINTS.indexOf('interruptTask/commit')
const GIVEN_ON = POINTS.indexOf('carryOut/commit')

describe.concurrent.each(DIALECTS)('a recovery that is killed, on %s', (dialect) => {
  test('goes on where it was, and interrupts each task once', { timeout: 240_000 }, async ({ onTestFinished }) => {
    const site = await openCrashSite(dialect)
    onTestFinished(() => site.remove())
    const body = await startBody()
    const first = await site.start()
    const client = clientOf(first)
    const { worker } = await client.call('registerWorker', body.identity)
    const start = { workerId: worker.id, sessionId: 'session-1' }
    await client.call('createTask', { id: 'task-1', title: 'Fix login', start })
    await first.kill('SIGKILL')
    await body.kill()

    for (const [index, point] of POINTS.entries()) {
      await site.crashInBoot(point, { ROLLCALL_REASSIGN_AFTER_MS: '0' })
      await expectWhole(site, `after a kill at ${point}`)
      const [row] = await site.sql(`SELECT t.status, a.status AS attempt, s.status AS session FROM task_history AS t
        JOIN task_attempts AS a ON a.task_id = t.id JOIN sessions AS s ON s.task_id = t.id`)
      const held = { status: 'running', attempt: 'running', session: 'active' }
      const told = { status: 'interrupted', attempt: 'interrupted', session: 'invalidated' }
      expect(row, point).toEqual(index < TOLD ? held : index < GIVEN_ON ? told : { ...told, status: 'assigned' })
    }

    const again = clientOf(await site.start())
    const rescuer = await again.call('registerWorker', { host: 'elsewhere', pid: 7 })
    const workerId = rescuer.worker.id
    const { tasks } = await again.call('claimTasks', { workerId, requestId: 'claim-1' })
    expect(tasks).toMatchObject([{ id: 'task-1', attempt: 2, interruptions: 1, retriesUsed: 0 }])
    const report = { taskId: 'task-1', workerId, attempt: 2, messageId: 'end-1', outcome: 'success' as const }
    expect((await again.call('finishAttempt', report)).task.status).toBe('success')
    const types = await site.sql(`SELECT type, COUNT(*) AS count FROM task_events
      WHERE type IN ('worker.died','task.interrupted','task.reassigned') GROUP BY type ORDER BY type`)
    expect(types.map(({ type, count }) => [type, Number(count)])).toEqual([
      ['task.interrupted', 1],
      ['task.reassigned', 1],
      ['worker.died', 1],
    ])
    expect(await site.sql('SELECT cause FROM incidents')).toEqual([{ cause: 'worker_death' }])
    await expectWhole(site, 'when it is finished')
  })
})
