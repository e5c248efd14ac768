/** A start that was kept on this host, delivered by a process that cannot know what became of the one before it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { putOnRecord, recordOffline } from '#lib/worker/offline.ts'
import { eventually } from '../support/eventually.ts'
import { type FakeLedger, LOST, problem, startFakeLedger, taskRecord } from '../support/fake-ledger.ts'
import { openTestStore, type TestStore } from '../support/store.ts'

let ledger: FakeLedger
let t: TestStore
beforeEach(async () => {
  ledger = await startFakeLedger()
  t = await openTestStore()
})
afterEach(async () => {
  t.remove()
  await ledger.stop()
})

const TASK = { id: 'task-1', title: 'Kept on this host' }
const limits = () => ({ signal: AbortSignal.timeout(5000), firstDelayMs: 5 })
const put = (workerId: string) => {
  const execution = t.store.find({ taskId: 'task-1', attempt: 1 })
  if (!execution) throw new Error('it was never recorded')
  return putOnRecord(createClient({ url: ledger.url, token: 'rc_test' }), t.store, execution, limits(), workerId)
}
/** Of this attempt, as the ledger has it. */
const heldBy = (workerId: string, attempt = 1) => ({
  task: taskRecord({ id: 'task-1', status: 'running', attempt, workerId }),
  attempts: [{ attempt, workerId }],
})

describe('an offline start', () => {
  test('is delivered under the worker that has put it on record before it died, when its answer was lost', async () => {
    recordOffline(t.store, TASK, 's-1')
    ledger.on({ createTask: () => LOST })
    const died = new AbortController()
    const execution = t.store.find({ taskId: 'task-1', attempt: 1 })
    if (!execution) throw new Error('it was never recorded')
    const client = createClient({ url: ledger.url, token: 'rc_test' })
    const first = putOnRecord(client, t.store, execution, { signal: died.signal, firstDelayMs: 5 }, 'worker-1')
    await eventually('it has asked', () => ledger.inputs('createTask').length > 0)
    died.abort(new Error('killed'))
    await expect(first).rejects.toThrow()
    await t.reopen()

    ledger.on({ createTask: () => problem('duplicate_task', 'taken'), getTask: () => heldBy('worker-1') })
    expect(await put('worker-2')).toMatchObject({ workerId: 'worker-1', start: null, attempt: 1 })
    expect(ledger.inputs('createTask').at(-1)).toMatchObject({
      ...TASK,
      start: { workerId: 'worker-2', sessionId: 's-1' },
    })
  })

  test('is given up when somebody else has a task of that id that never had this attempt', async () => {
    recordOffline(t.store, TASK)
    ledger.on({ createTask: () => problem('duplicate_task', 'taken'), getTask: () => heldBy('worker-9', 2) })
    expect(await put('worker-2')).toBeUndefined()
  })

  test('is asked for no more once it is known who holds it', async () => {
    recordOffline(t.store, TASK)
    ledger.on({ createTask: () => ({ task: taskRecord({ id: 'task-1', attempt: 1 }) }) })
    expect(await put('worker-2')).toMatchObject({ workerId: 'worker-2', start: null })
    expect(await put('worker-3')).toMatchObject({ workerId: 'worker-2' })
    expect(ledger.inputs('createTask')).toHaveLength(1)
  })
})
