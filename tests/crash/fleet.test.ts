/** Two server processes on one PostgreSQL: whatever both want to do is done once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isTaskError } from '#lib/task/errors.ts'
import type { Client } from '#lib/worker/client.ts'
import { type CrashSite, clientOf, expectWhole, openCrashSite, startBody } from '../support/crash.ts'
import { eventually } from '../support/eventually.ts'
import type { Server } from '../support/server.ts'

const DEAD = 100
const STARTS = 50
const CREATES = 20

describe('two servers on one PostgreSQL', () => {
  let site: CrashSite
  let servers: [Server, Server]
  let client: Client
  beforeAll(async () => {
    site = await openCrashSite('postgresql')
    servers = await Promise.all([site.start(), site.start()])
    client = clientOf(servers[0])
  })
  afterAll(() => site.remove())

  /** The same call so often, half of them to each server, all at once. */
  const storm = (times: number, call: (client: Client, index: number) => Promise<unknown>) =>
    Promise.all(
      Array.from({ length: times }, (_, index) =>
        call(clientOf(servers[index % 2 === 0 ? 0 : 1]), index).then(
          () => 'done',
          (error: unknown) => (isTaskError(error) ? error.code : String(error)),
        ),
      ),
    )

  test('start a task for one of 50 workers, and refuse the other 49', async () => {
    const workerIds = await hire(client, STARTS)
    await client.call('createTask', { id: 'contested', title: 'Fix login' })
    const answers = await storm(STARTS, (caller, index) => {
      const workerId = workerIds[index] ?? ''
      return caller.call('startAttempt', { taskId: 'contested', workerId, requestId: `start-${index}` })
    })
    expect(answers.toSorted()).toEqual(['done', ...Array(STARTS - 1).fill('lease_conflict')])
    await expectWhole(site, 'after the starts')
  })

  test('create a task once, and refuse the other 19', async () => {
    const answers = await storm(CREATES, (caller) => caller.call('createTask', { id: 'same', title: 'Fix login' }))
    expect(answers.toSorted()).toEqual(['done', ...Array(CREATES - 1).fill('duplicate_task')])
    await expectWhole(site, 'after the creates')
  })

  test('recover each of 100 dead workers and its task once', async () => {
    const body = await startBody()
    const workerIds = await hire(client, DEAD, body.identity)
    const tasks = workerIds.map((workerId, index) => ({ id: `dead-${index}`, title: 'Fix login', start: { workerId } }))
    const { results } = await client.call('createTasks', { tasks })
    expect(results.filter((result) => 'task' in result)).toHaveLength(DEAD)
    await body.kill()

    const ids = tasks.map(({ id }) => id)
    await eventually('all are interrupted', async () => {
      const [row] = await site.sql(`SELECT COUNT(*) AS count FROM task_history
        WHERE id LIKE 'dead-%' AND status = 'interrupted' AND interruptions = 0`)
      return Number(row?.count) === DEAD
    })
    const told =
      await site.sql(`SELECT type, COUNT(*) AS count, COUNT(DISTINCT COALESCE(task_id, worker_id)) AS different
      FROM task_events WHERE type IN ('task.interrupted','worker.died') GROUP BY type ORDER BY type`)
    expect(told.map((row) => [row.type, Number(row.count), Number(row.different)])).toEqual([
      ['task.interrupted', DEAD, DEAD],
      ['worker.died', DEAD, DEAD],
    ])
    await eventually('each hint is printed', () => hints(servers).length >= DEAD)
    expect(hints(servers).toSorted()).toEqual(ids.toSorted())
    await eventually('the passes are on record', async () => {
      const [row] = await site.sql('SELECT SUM(interrupted) AS tasks, SUM(workers_dead) AS workers FROM recovery_runs')
      return Number(row?.tasks) === DEAD && Number(row?.workers) === DEAD
    })
    await expectWhole(site, 'after the recovery')
  })
})

async function hire(client: Client, count: number, identity = { host: 'elsewhere', pid: 7 }): Promise<string[]> {
  const hired = Array.from({ length: count }, () => client.call('registerWorker', identity))
  return (await Promise.all(hired)).map(({ worker }) => worker.id)
}

/** The task of each hint that any of the servers has printed. */
function hints(servers: readonly Server[]): string[] {
  return servers.flatMap((server) => [...server.output().matchAll(/^\[recovery\] task (\S+) interrupted/gm)].map(idIn))
}

function idIn([, id = '']: RegExpMatchArray): string {
  return id
}
