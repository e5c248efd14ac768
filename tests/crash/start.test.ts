/** kill -9 between the writes of a start: the attempt is on record whole or not at all, and asking again gives it once. */
import { describe, expect, test } from 'vitest'
import type { Client } from '#lib/worker/client.ts'
import { clientOf, expectWhole, openCrashSite } from '../support/crash.ts'
import { DIALECTS } from '../support/ledger.ts'

/** What a worker has on record before it asks for a task, and how it asks. */
interface Asked {
  readonly taskId: string
  readonly workerId: string
}

interface Start {
  readonly work: string
  readonly points: readonly string[]
  /** Whether the task itself comes with the start. */
  readonly creates: boolean
  /** Asked twice, it gives the same attempt. */
  ask(client: Client, asked: Asked): Promise<{ attempt: number }>
}

const WRITES = ['changeTasks', 'insertAttempts', 'insertEvents', 'commit']

const STARTS: readonly Start[] = [
  {
    work: 'createTask',
    points: ['insertTasks', 'insertAttempts', 'insertEvents', 'commit'],
    creates: true,
    async ask(client, { taskId, workerId }) {
      const task = { id: taskId, title: 'Fix login', start: { workerId, sessionId: `session-${taskId}` } }
      // The same id again is refused, and then the task is on record.
      const created = await client.call('createTask', task).catch(() => client.call('getTask', { taskId }))
      return { attempt: created.task.attempt }
    },
  },
  {
    work: 'claimTasks',
    points: WRITES,
    creates: false,
    async ask(client, { taskId, workerId }) {
      const { tasks } = await client.call('claimTasks', { workerId, requestId: `claim-${taskId}` })
      expect(tasks.map(({ id }) => id)).toEqual([taskId])
      return { attempt: tasks[0]?.attempt ?? 0 }
    },
  },
  {
    work: 'startAttempt',
    points: WRITES,
    creates: false,
    ask: (client, { taskId, workerId }) =>
      client.call('startAttempt', { taskId, workerId, requestId: `start-${taskId}` }),
  },
]
const KILLS = STARTS.flatMap((start) => start.points.map((point) => ({ ...start, point: `${start.work}/${point}` })))

describe.concurrent.each(DIALECTS)('a start that is killed, on %s', (dialect) => {
  test('is on record whole or not at all, and can be asked for again', { timeout: 240_000 }, async (context) => {
    const site = await openCrashSite(dialect)
    context.onTestFinished(() => site.remove())
    const killed: (Asked & Start & { point: string })[] = []
    for (const [index, kill] of KILLS.entries()) {
      const asked = { taskId: `task-${index}`, workerId: '' }
      await site.crashAt(kill.point, async (client) => {
        asked.workerId = await prepare(client, asked.taskId, kill.creates)
        await kill.ask(client, asked)
      })
      killed.push({ ...kill, ...asked })
    }
    const server = await site.start()
    await expectWhole(site, `after a kill at ${KILLS.map(({ point }) => point).join(', ')}`)
    for (const { point, ...start } of killed) await goOn(clientOf(server), start, point, start)
    await expectWhole(site, 'when all are finished')
  })
})

/** The worker has a skill of its own, so that it is offered no other task. */
async function prepare(client: Client, taskId: string, creates: boolean): Promise<string> {
  const { worker } = await client.call('registerWorker', {
    host: 'elsewhere',
    pid: 7,
    skills: [taskId],
    leaseMs: 600_000,
  })
  if (!creates) await client.call('createTask', { id: taskId, title: 'Fix login', requires: [taskId] })
  return worker.id
}

async function goOn(client: Client, asked: Asked, point: string, { creates, ask }: Start): Promise<void> {
  const { taskId, workerId } = asked
  const committed = point.endsWith('/commit')
  const { worker } = await client.call('getWorker', { workerId })
  expect(worker, point).toMatchObject({ state: 'alive', held: committed ? 1 : 0 })
  const before = await client.call('getTask', { taskId }).catch(() => null)
  const untouched = creates ? null : { status: 'queued', attempt: 0, workerId: null }
  const whole = { status: 'running', attempt: 1, workerId }
  expect(before && pick(before.task), point).toEqual(committed ? whole : untouched)

  expect((await ask(client, asked)).attempt, point).toBe(1)
  await client.call('finishAttempt', { taskId, workerId, attempt: 1, messageId: `end-${taskId}`, outcome: 'success' })
  const after = await client.call('getTask', { taskId })
  expect(after.task.status, point).toBe('success')
  expect(after.attempts, point).toMatchObject([{ attempt: 1, status: 'success' }])
}

function pick({ status, attempt, workerId }: { status: string; attempt: number; workerId: string | null }) {
  return { status, attempt, workerId }
}
