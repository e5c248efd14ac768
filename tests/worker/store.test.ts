/** What is received, and how it ends. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Final } from '#lib/worker/store/types.ts'
import { chunk, KEY, openTestStore, type TestStore } from '../support/store.ts'

let t: TestStore
afterEach(() => t.remove())

const DONE: Final = { outcome: 'success', exitCode: 0, details: '{}' }
const LATER = { taskId: 'task-2', attempt: 1 }

describe('receipt', () => {
  beforeEach(async () => {
    t = await openTestStore()
  })

  test('is written once for an attempt: again it answers with the first record as it is now', () => {
    const first = t.store.recordReceived({ ...KEY, workerId: 'w' })
    t.store.recordStarted(KEY)
    t.clock.advance(5)
    expect(t.store.recordReceived(KEY)).toEqual({ ...first, status: 'running', startedAt: first.receivedAt })
    expect(t.store.snapshot().running).toHaveLength(1)
  })

  test('tells another attempt of the same task apart, and says of an unknown one that it is not there', () => {
    const first = t.store.recordReceived(KEY)
    const second = t.store.recordReceived({ ...KEY, attempt: 2 })
    expect(second.id).not.toBe(first.id)
    expect(t.store.find({ ...KEY, attempt: 3 })).toBeUndefined()
  })

  test.each([
    ['an empty task id', { taskId: '', attempt: 1 }],
    ['attempt 0', { taskId: 'task-1', attempt: 0 }],
    ['attempt 1.5', { taskId: 'task-1', attempt: 1.5 }],
  ])('of %s is refused, and nothing is written', (_, key) => {
    expect(() => t.store.recordReceived(key)).toThrow(expect.objectContaining({ code: 'validation' }))
    expect(t.store.snapshot().received).toEqual([])
  })

  test('survives a restart, a start does too', async () => {
    t.store.recordReceived(KEY)
    t.store.recordReceived(LATER)
    t.store.recordStarted(LATER)
    const { received, running } = (await t.reopen()).snapshot()
    expect([received, running].map((each) => each.map(({ taskId }) => taskId))).toEqual([['task-1'], ['task-2']])
  })
})

describe('a status', () => {
  beforeEach(async () => {
    t = await openTestStore({ capBytes: 16, reserveBytes: 4 })
    t.store.recordReceived(KEY)
    t.store.recordStarted(KEY)
  })

  test('stays final when a chunk comes late, and when output is dropped', () => {
    t.store.appendOutputChunk(chunk(1, '12345'))
    t.store.recordFinal(KEY, DONE)
    expect(t.store.appendOutputChunk(chunk(2, '1234567890'))).toBe('kept')
    expect(t.store.find(KEY)).toMatchObject({ status: 'final', exitCode: 0, truncated: { stdout: true } })
    const { id } = t.store.recordFinal(KEY, DONE)
    t.store.ackMessage(id)
    expect(t.store.appendOutputChunk(chunk(3, '1'))).toBe('late')
    expect(t.store.find(KEY)?.status).toBe('final')
  })

  test('never goes back, not even by a statement of somebody else', () => {
    t.store.recordFinal(KEY, DONE)
    expect(() => t.store.recordStarted(KEY)).toThrow(expect.objectContaining({ code: 'invalid_transition' }))
    for (const status of ['received', 'running', 'interrupted']) {
      const change = () => t.store.local.db.run('UPDATE main.local_task_executions SET status = ?', status)
      expect(change).toThrow('a status only moves forward')
    }
  })

  test('has one final result: the first counts', () => {
    const first = t.store.recordFinal(KEY, DONE)
    expect(t.store.recordFinal(KEY, { outcome: 'failed', exitCode: 1, details: '' })).toEqual(first)
    expect(t.store.find(KEY)).toMatchObject({ status: 'final', exitCode: 0 })
  })

  test('keeps its result when it is abandoned too late', () => {
    const final = t.store.recordFinal(KEY, DONE)
    t.store.recordAbandoned(t.store.find(KEY)?.id ?? 0, { keepOutput: false })
    expect(t.store.find(KEY)).toMatchObject({ status: 'final', exitCode: 0 })
    expect(t.store.unackedMessages()).toEqual([final])
  })

  test('of what was running is interrupted after a restart, once, however often it restarts', async () => {
    t.store.appendOutputChunk(chunk(1, '12345'))
    for (const sequence of [2, 3]) t.store.appendOutputChunk(chunk(sequence, '12345'))
    let store = await t.reopen()
    expect(store.markInterruptedRunningTasks()).toMatchObject([
      { ...KEY, status: 'interrupted', exitCode: -1, truncated: { stdout: true } },
    ])
    const final = store.snapshot().finals
    store = await t.reopen()
    expect(store.markInterruptedRunningTasks()).toEqual([])
    expect(store.snapshot().finals).toEqual(final)
    expect(final).toMatchObject([{ ...KEY, outcome: 'interrupted', exitCode: -1 }])
  })
})
