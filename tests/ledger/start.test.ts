import { expect, it } from 'vitest'
import {
  cancelTask,
  createTask,
  declareDead,
  failTask,
  getTask,
  reassignTask,
  startAttempt,
  stopWorker,
} from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, refusal, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const start = ({ context }: Ledger, taskId: string, workerId: string, requestId = freshId('request')) =>
  startAttempt(context, { taskId, workerId, requestId })

forEachDialect('startAttempt', (open) => {
  it('takes a queued task as attempt 1 of the worker', async () => {
    const ledger = await open()
    const [{ id }, worker] = [await createTask(ledger.context, taskOf()), await hire(ledger)]
    const { task, attempt } = await start(ledger, id, worker.id)
    expect(attempt).toBe(1)
    expect(task).toMatchObject({ status: 'running', attempt: 1, workerId: worker.id })
    expect((await getTask(ledger.context, { taskId: id })).task).toEqual(task)
    expect((await eventsOf(ledger, id)).at(-1)).toMatchObject({
      type: 'task.started',
      fromStatus: 'queued',
      toStatus: 'running',
    })
  })

  it('has one winner of fifty at once, and tells the others who holds it', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const { id } = await createTask(ledger.context, taskOf())
    const workers = await Promise.all(Array.from({ length: 50 }, () => hire(ledger)))
    const asked = workers.map((worker, index) =>
      startAttempt.many(contexts[index % 2] ?? ledger.context, [
        { taskId: id, workerId: worker.id, requestId: freshId('request') },
      ]),
    )
    const results = (await Promise.all(asked)).flat()
    const winner = workers[results.findIndex(({ ok }) => ok)]?.id
    const errors = results.flatMap((result) => (!result.ok && isTaskError(result.error) ? [result.error] : []))
    expect(errors).toHaveLength(49)
    for (const error of errors) expect(error).toMatchObject({ code: 'lease_conflict', facts: { holder: winner } })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ attempt: 1, worker_id: winner }])
  })

  it('is answered the same again when its answer was lost, over a restart too', async () => {
    const ledger = await open()
    const [{ id }, worker] = [await createTask(ledger.context, taskOf()), await hire(ledger)]
    const first = await start(ledger, id, worker.id, 'again')
    await ledger.reopen()
    const before = await snapshot(ledger)
    expect(await start(ledger, id, worker.id, 'again')).toEqual(first)
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('gives one attempt to a request that is asked twice at once', async () => {
    const ledger = await open()
    const [{ id }, worker] = [await createTask(ledger.context, taskOf()), await hire(ledger)]
    const both = await Promise.all([start(ledger, id, worker.id, 'r'), start(ledger, id, worker.id, 'r')])
    expect(both[0]).toEqual(both[1])
    expect(await rowsOf(ledger, 'task_attempts')).toHaveLength(1)
  })

  it('takes an interrupted task before its strategy does, and clears what was to come', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { task } = await start(ledger, ref.taskId, (await hire(ledger)).id)
    expect(task).toMatchObject({ status: 'running', attempt: 2, nextAction: null, nextAt: null, nextReason: null })
    expect(task).toMatchObject({ retriesUsed: 0, interruptions: 1 })
    expect((await getTask(ledger.context, { taskId: ref.taskId })).task).toEqual(task)
  })

  it('takes a failed task at the price of a retry', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'E', message: 'no' }, exitCode: 3 })
    const { task } = await start(ledger, ref.taskId, (await hire(ledger)).id)
    expect(task).toMatchObject({ attempt: 2, retriesUsed: 1, finishedAt: null, errorMessage: null, exitCode: null })
    expect((await rowsOf(ledger, 'task_attempts'))[0]).toMatchObject({ error_message: 'no', exit_code: 3 })
    expect((await getTask(ledger.context, { taskId: ref.taskId })).task).toEqual(task)
  })
})

forEachDialect('startAttempt refuses', (open) => {
  it('a second owner while the first one’s lease holds, to its last millisecond', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    ledger.clock.advance(29_999)
    const other = await hire(ledger)
    const before = await snapshot(ledger)
    expect(await refusal(start(ledger, ref.taskId, other.id))).toMatchObject({
      code: 'lease_conflict',
      facts: { holder: worker.id, attempt: 1, status: 'running' },
    })
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('the holder itself: a lease is renewed by heartbeats', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    expect(await codeOf(start(ledger, ref.taskId, worker.id))).toBe('lease_conflict')
  })

  it('what is pinned to another worker', async () => {
    const ledger = await open()
    const [{ id }, chosen, other] = [await createTask(ledger.context, taskOf()), await hire(ledger), await hire(ledger)]
    await reassignTask(ledger.context, { taskId: id, workerId: chosen.id, reason: 'it has the checkout' })
    const refused = await refusal(start(ledger, id, other.id))
    expect(refused).toMatchObject({ code: 'lease_conflict', facts: { holder: chosen.id, status: 'assigned' } })
    expect((await start(ledger, id, chosen.id)).attempt).toBe(1)
  })

  it('what is not due yet, and says when it is', async () => {
    const ledger = await open()
    const notBefore = new Date(START_MS + 10_000).toISOString()
    const [{ id }, worker] = [await createTask(ledger.context, taskOf({ notBefore })), await hire(ledger)]
    ledger.clock.advance(9999)
    expect(await refusal(start(ledger, id, worker.id))).toMatchObject({ code: 'not_before', facts: { notBefore } })
    ledger.clock.advance(1)
    expect((await start(ledger, id, worker.id)).attempt).toBe(1)
  })

  it('each sealed status, and changes nothing', async () => {
    const ledger = await open()
    const ids = []
    for (const outcome of ['success', 'cancelled', 'aborted_no_skill'] as const) {
      const { ref } = await begin(ledger)
      ids.push((await finish(ledger, ref, { outcome })).id)
    }
    const failed = await begin(ledger, { maxRetries: 0 })
    ids.push((await failTask(ledger.context, { taskId: failed.task.id, reason: 'no use' })).id)
    const quarantined = await begin(ledger, { maxInterruptions: 0 })
    await stopWorker(ledger.context, { workerId: (await begin(ledger)).worker.id })
    await declareDead(ledger.context, { workerId: quarantined.worker.id })
    ids.push(quarantined.task.id)
    const worker = await hire(ledger)
    const before = await snapshot(ledger)
    for (const id of ids) expect(await codeOf(start(ledger, id, worker.id)), id).toBe('sealed_task')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('a worker that is unknown, late or gone, and a task that does not exist', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const [late, gone] = [await hire(ledger), await hire(ledger)]
    await stopWorker(ledger.context, { workerId: gone.id })
    expect(await codeOf(start(ledger, id, 'nobody'))).toBe('not_found')
    expect(await codeOf(start(ledger, 'no-task', late.id))).toBe('not_found')
    expect(await codeOf(start(ledger, id, gone.id))).toBe('lease_expired')
    ledger.clock.advance(30_000)
    expect(await codeOf(start(ledger, id, late.id))).toBe('lease_expired')
    expect(await rowsOf(ledger, 'task_attempts')).toEqual([])
  })

  it('a failed task with no retry left', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 1 })
    await finish(ledger, ref, { outcome: 'failed' })
    const worker = await hire(ledger)
    await start(ledger, ref.taskId, worker.id)
    await failTask(ledger.context, { taskId: ref.taskId, reason: 'again' })
    expect(await codeOf(start(ledger, ref.taskId, worker.id))).toBe('sealed_task')
  })
})

forEachDialect('startAttempt of what an expired lease holds', (open) => {
  it('takes it at the very end of the lease, swept or not, and interrupts the attempt before it', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await pass(ledger, 30_000)
    const next = await hire(ledger)
    expect(await start(ledger, ref.taskId, next.id)).toMatchObject({ attempt: 2 })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([
      { attempt: 1, status: 'interrupted', cause: 'suspected', worker_id: worker.id },
      { attempt: 2, status: 'running', worker_id: next.id },
    ])
    expect(await sweep(ledger)).toMatchObject({ interrupted: 0, workersDead: 0 })
  })

  it('has one winner of many at once', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    const workers = await Promise.all(Array.from({ length: 20 }, () => hire(ledger)))
    const asked = workers.map((worker, index) =>
      startAttempt.many(contexts[index % 2] ?? ledger.context, [
        { taskId: ref.taskId, workerId: worker.id, requestId: freshId('request') },
      ]),
    )
    const results = (await Promise.all(asked)).flat()
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(results.filter((one) => !one.ok).map((one) => !one.ok && isTaskError(one.error) && one.error.code)).toEqual(
      Array(19).fill('lease_conflict'),
    )
    expect(await rowsOf(ledger, 'task_attempts')).toHaveLength(2)
  })

  it('leaves a task cancelled that was to be cancelled', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
    await pass(ledger, 30_000)
    expect(await codeOf(start(ledger, ref.taskId, (await hire(ledger)).id))).toBe('sealed_task')
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'cancelled' }])
  })
})
