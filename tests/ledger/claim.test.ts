import { expect, it } from 'vitest'
import {
  claimTasks,
  createTask,
  declareDead,
  drainWorker,
  getTask,
  reassignTask,
  resumeWorker,
  startAttempt,
} from '#lib/ledger/index.ts'
import { takeTasks } from '#lib/ledger/worker/claim.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const claim = ({ context }: Ledger, workerId: string, changes: { requestId?: string; max?: number } = {}) =>
  claimTasks(context, { workerId, requestId: freshId('request'), ...changes })

const idsOf = (tasks: readonly { id: string }[]) => tasks.map(({ id }) => id)

forEachDialect('claimTasks', (open) => {
  it('gives the next due task as a running attempt of the worker', async () => {
    const ledger = await open()
    const created = await createTask(ledger.context, taskOf())
    const worker = await hire(ledger)
    const [task] = await claim(ledger, worker.id)
    expect(task).toMatchObject({ id: created.id, status: 'running', attempt: 1, workerId: worker.id })
    expect(task?.holder).toMatchObject({ workerId: worker.id, leaseExpiresAt: worker.leaseExpiresAt })
    expect((await eventsOf(ledger, created.id)).at(-1)).toMatchObject({ type: 'task.started', fromStatus: 'queued' })
    const { task: read } = await getTask(ledger.context, { taskId: created.id })
    expect(task).toEqual({ ...read, resume: null })
  })

  it('gives the more urgent first, then the longer due', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const [plain] = [await createTask(ledger.context, taskOf())]
    ledger.clock.advance(1000)
    const later = await createTask(ledger.context, taskOf())
    const urgent = await createTask(ledger.context, taskOf({ priority: 1 }))
    expect(idsOf(await claim(ledger, worker.id, { max: 5 }))).toEqual(idsOf([urgent, plain, later]))
  })

  it('gives no more than was asked for, and one unless more was', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { slots: 10 })
    await createTask.many(
      ledger.context,
      Array.from({ length: 5 }, () => taskOf()),
    )
    expect(await claim(ledger, worker.id)).toHaveLength(1)
    expect(await claim(ledger, worker.id, { max: 3 })).toHaveLength(3)
    expect(await claim(ledger, worker.id, { max: 3 })).toHaveLength(1)
    expect(await claim(ledger, worker.id, { max: 3 })).toEqual([])
  })

  it('gives what was created before the clock was set back', async () => {
    const ledger = await open()
    const task = await createTask(ledger.context, taskOf())
    ledger.clock.advance(-3_600_000)
    const worker = await hire(ledger)
    expect(idsOf(await claim(ledger, worker.id))).toEqual([task.id])
  })

  it('gives nothing before its time, and all of it at that very millisecond', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    await createTask(ledger.context, taskOf({ notBefore: '2026-11-21T08:00:10.000Z' }))
    ledger.clock.advance(9999)
    expect(await claim(ledger, worker.id)).toEqual([])
    ledger.clock.advance(1)
    expect(await claim(ledger, worker.id)).toMatchObject([{ notBefore: null }])
  })

  it('gives only what the worker has all the skills for', async () => {
    const ledger = await open()
    const [none, one, both] = [
      await hire(ledger),
      await hire(ledger, { skills: ['git'] }),
      await hire(ledger, { skills: ['node', 'git', 'docker'] }),
    ]
    const { id } = await createTask(ledger.context, taskOf({ requires: ['git', 'node'] }))
    expect(await claim(ledger, none.id)).toEqual([])
    expect(await claim(ledger, one.id)).toEqual([])
    expect(idsOf(await claim(ledger, both.id))).toEqual([id])
  })

  it('gives what is pinned to a worker to that one alone', async () => {
    const ledger = await open()
    const [chosen, other] = [await hire(ledger), await hire(ledger)]
    const { id } = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId: id, workerId: chosen.id, reason: 'it has the checkout' })
    expect(await claim(ledger, other.id)).toEqual([])
    expect(idsOf(await claim(ledger, chosen.id))).toEqual([id])
  })

  it('gives a draining worker nothing, and the rest again after it resumes', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    await createTask(ledger.context, taskOf())
    await drainWorker(ledger.context, { workerId: id })
    expect(await claim(ledger, id)).toEqual([])
    await resumeWorker(ledger.context, { workerId: id })
    expect(await claim(ledger, id)).toHaveLength(1)
  })

  it('is refused to the unknown, the late and the dead, and gives nobody’s task away', async () => {
    const ledger = await open()
    const [late, dead] = [await hire(ledger), await hire(ledger)]
    await createTask(ledger.context, taskOf())
    await declareDead(ledger.context, { workerId: dead.id, reason: 'switched off' })
    ledger.clock.advance(30_000)
    const before = await snapshot(ledger)
    expect(await codeOf(claim(ledger, 'nobody'))).toBe('not_found')
    expect(await codeOf(claim(ledger, late.id))).toBe('lease_expired')
    expect(await codeOf(claim(ledger, dead.id))).toBe('lease_expired')
    expect(await snapshot(ledger)).toEqual(before)
  })
})

forEachDialect('claimTasks, asked at once', (open) => {
  it('gives each of a hundred tasks to exactly one of twenty workers, on two instances', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const workers = await Promise.all(Array.from({ length: 20 }, () => hire(ledger)))
    await createTask.many(
      ledger.context,
      Array.from({ length: 100 }, () => taskOf()),
    )
    const claims = workers.map((worker, index) =>
      claimTasks(contexts[index % 2] ?? ledger.context, { workerId: worker.id, requestId: freshId('r'), max: 10 }),
    )
    const taken = (await Promise.all(claims)).flat()
    const rest = (await claim(ledger, workers[0]?.id ?? '', { max: 100 })).length
    expect(new Set(idsOf(taken)).size).toBe(taken.length)
    expect(taken.length + rest).toBe(100)
    expect(await rowsOf(ledger, 'task_attempts')).toHaveLength(100)
  })

  it('gives each of a round its own tasks', async () => {
    const ledger = await open()
    const workers = await Promise.all(Array.from({ length: 3 }, () => hire(ledger)))
    await createTask.many(
      ledger.context,
      Array.from({ length: 6 }, () => taskOf()),
    )
    const commands = workers.map(({ id }) => ({ workerId: id, requestId: freshId('r'), max: 2 }))
    const results = await takeTasks.many(ledger.context, commands)
    const holders = results.flatMap((result) => (result.ok ? result.value.map(({ workerId }) => workerId) : []))
    expect(holders).toEqual(workers.flatMap(({ id }) => [id, id]))
  })
})

forEachDialect('a claim whose answer was lost', (open) => {
  it('is answered with the same attempts again, over a restart too', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    await createTask.many(ledger.context, [taskOf(), taskOf(), taskOf()])
    const first = await claim(ledger, id, { requestId: 'again', max: 2 })
    await ledger.reopen()
    const before = await snapshot(ledger)
    expect(new Set(idsOf(await claim(ledger, id, { requestId: 'again', max: 2 })))).toEqual(new Set(idsOf(first)))
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('gives one attempt to two that ask at once', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    await createTask.many(ledger.context, [taskOf(), taskOf()])
    const both = await Promise.all([claim(ledger, id, { requestId: 'r' }), claim(ledger, id, { requestId: 'r' })])
    expect(both[0]).toEqual(both[1])
    expect(await rowsOf(ledger, 'task_attempts')).toHaveLength(1)
  })

  it('no longer gives what has ended since, nor anything new for it', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const [first, second] = [await createTask(ledger.context, taskOf()), await createTask(ledger.context, taskOf())]
    await claim(ledger, id, { requestId: 'r' })
    await finish(ledger, { taskId: first.id, workerId: id, attempt: 1 })
    expect(await claim(ledger, id, { requestId: 'r' })).toEqual([])
    expect(idsOf(await claim(ledger, id))).toEqual([second.id])
  })

  it('never gives an attempt that it did not begin', async () => {
    const ledger = await open()
    const [first, second] = [await hire(ledger), await hire(ledger)]
    const { id: taskId } = await createTask(ledger.context, taskOf({ maxRetries: 5 }))
    await claim(ledger, first.id, { requestId: 'r' })
    await finish(ledger, { taskId, workerId: first.id, attempt: 1 }, { outcome: 'failed' })
    await startAttempt(ledger.context, { taskId, workerId: second.id, requestId: 's' })
    expect(await claim(ledger, first.id, { requestId: 'r' })).toEqual([])
    await finish(ledger, { taskId, workerId: second.id, attempt: 2 }, { outcome: 'failed' })
    await startAttempt(ledger.context, { taskId, workerId: first.id, requestId: 't' })
    expect(await claim(ledger, first.id, { requestId: 'r' })).toEqual([])
  })

  it('is asked for by each worker in its own name', async () => {
    const ledger = await open()
    const [first, second] = [await hire(ledger), await hire(ledger)]
    await createTask.many(ledger.context, [taskOf(), taskOf()])
    const one = await claim(ledger, first.id, { requestId: 'same' })
    const two = await claim(ledger, second.id, { requestId: 'same' })
    expect(idsOf(one)).not.toEqual(idsOf(two))
    expect((await begin(ledger)).task.status).toBe('running')
  })
})
