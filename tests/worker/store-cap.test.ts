/** A spool under pressure: what gives way, and what never does. */
import { afterEach, describe, expect, test } from 'vitest'
import type { LocalStore } from '#lib/worker/store/local-store.ts'
import type { Final } from '#lib/worker/store/types.ts'
import { chunk, KEY, openTestStore, type TestStore } from '../support/store.ts'

let t: TestStore
afterEach(() => t.remove())

const DONE: Final = { outcome: 'success', exitCode: 0, details: '{}' }
const LATER = { taskId: 'task-2', attempt: 1 }
const datas = (store: LocalStore) =>
  store.unackedMessages().map((message) => (message.kind === 'output' ? message.data : message.outcome))

async function small(capBytes: number, reserveBytes: number): Promise<LocalStore> {
  t = await openTestStore({ capBytes, reserveBytes })
  return t.store
}

describe('the cap', () => {
  test('drops the oldest output, keeps the rest in order and flags the attempt', async () => {
    const store = await small(16, 4)
    store.recordReceived(KEY)
    store.recordStarted(KEY)
    for (const sequence of [1, 2, 3]) store.appendOutputChunk(chunk(sequence, `${sequence}----`))
    expect(store.unackedMessages()).toMatchObject([
      { sequence: 2, data: '2----', dropped: { from: 1, to: 1, bytes: 5 } },
      { sequence: 3, data: '3----' },
    ])
    expect(store.find(KEY)?.truncated).toEqual({ stdout: true, stderr: false })
    expect(store.find(KEY)?.status).toBe('running')
    expect(store.snapshot().hasDropped).toBe(true)
  })

  test('leaves a final result the room that was booked for it', async () => {
    const store = await small(14, 4)
    store.recordReceived(KEY)
    for (const sequence of [1, 2]) store.appendOutputChunk(chunk(sequence, '12345'))
    store.recordFinal(KEY, { ...DONE, details: 'done' })
    expect(datas(store)).toEqual(['12345', '12345', 'success'])
    expect(store.figures.pendingBytes).toBe(14)
  })

  test('refuses new work without room for its final result, and writes nothing', async () => {
    const store = await small(8, 4)
    store.recordReceived(KEY)
    store.recordFinal(KEY, { ...DONE, details: '12345' })
    expect(() => store.recordReceived(LATER)).toThrow(expect.objectContaining({ code: 'reserve_unavailable' }))
    expect(store.find(LATER)).toBeUndefined()
  })

  test('takes new work that fills it to the last byte', async () => {
    const store = await small(8, 4)
    store.recordReceived(KEY)
    store.recordFinal(KEY, { ...DONE, details: '1234' })
    expect(store.recordReceived(LATER).status).toBe('received')
    expect(store.figures).toMatchObject({ pendingBytes: 4, reservedBytes: 4 })
  })

  test('refuses new work while the spool is full of output, and takes it again once that is acked', async () => {
    const store = await small(16, 4)
    store.recordReceived(KEY)
    store.appendOutputChunk(chunk(1, '123456789012'))
    expect(() => store.recordReceived(LATER)).toThrow(expect.objectContaining({ code: 'reserve_unavailable' }))
    store.ackMessage(chunk(1, '').id)
    expect(store.recordReceived(LATER).status).toBe('received')
  })

  test('books a reserve for each attempt: none takes the room of another', async () => {
    const store = await small(16, 4)
    for (const key of [KEY, LATER]) store.recordReceived(key)
    store.appendOutputChunk(chunk(1, '12345678'))
    store.recordFinal(KEY, { ...DONE, details: '1'.repeat(12) })
    expect(store.figures).toMatchObject({ reservedBytes: 4, pendingBytes: 12 })
    store.recordFinal(LATER, { ...DONE, details: '1234' })
    expect(store.unackedMessages().filter(({ kind }) => kind === 'final')).toMatchObject([
      { taskId: 'task-1', details: '1'.repeat(12) },
      { taskId: 'task-2', details: '1234' },
    ])
  })

  test('shortens a final result that is larger than all of it, and says so', async () => {
    const store = await small(200, 100)
    store.recordReceived(KEY)
    store.appendOutputChunk(chunk(1, 'x'.repeat(50)))
    const details = JSON.stringify({ artifacts: ['a'.repeat(500)], error: { class: 'E', message: 'm'.repeat(500) } })
    store.recordFinal(KEY, { outcome: 'failed', exitCode: 3, details })
    const final = store.unackedMessages().find(({ kind }) => kind === 'final')
    expect(final).toMatchObject({ outcome: 'failed', exitCode: 3 })
    expect(JSON.parse(final?.kind === 'final' ? final.details : '')).toEqual({
      error: { class: 'E', message: 'm'.repeat(40) },
    })
    expect(store.find(KEY)).toMatchObject({ status: 'final', shortened: true })
    expect(store.figures.pendingBytes).toBeLessThanOrEqual(200)
  })

  test('keeps outcome and exit code of a final result for which there is no room at all', async () => {
    const store = await small(4, 4)
    store.recordReceived(KEY)
    store.recordFinal(KEY, { outcome: 'failed', exitCode: 9, details: JSON.stringify({ reason: 'x'.repeat(50) }) })
    expect(store.unackedMessages()).toMatchObject([{ outcome: 'failed', exitCode: 9, details: '{}' }])
  })

  test('drops a chunk that is larger than all of it, and nothing for its sake', async () => {
    const store = await small(16, 4)
    store.recordReceived(KEY)
    store.appendOutputChunk(chunk(1, 'abc'))
    expect(store.appendOutputChunk(chunk(2, 'x'.repeat(13)))).toBe('dropped')
    store.appendOutputChunk(chunk(3, 'def'))
    expect(store.unackedMessages()).toMatchObject([
      { sequence: 1, data: 'abc' },
      { sequence: 3, data: 'def', dropped: { from: 2, to: 2, bytes: 13 } },
    ])
  })

  test('tells of a gap at the very end of a stream with an empty message, once the result is in', async () => {
    const store = await small(16, 4)
    store.recordReceived(KEY)
    store.appendOutputChunk(chunk(1, 'abc'))
    store.appendOutputChunk(chunk(2, 'x'.repeat(13)))
    store.recordFinal(KEY, DONE)
    expect(store.unackedMessages()).toMatchObject([
      { sequence: 1, data: 'abc' },
      { kind: 'final' },
      { sequence: 3, data: '', dropped: { from: 2, to: 2, bytes: 13 } },
    ])
  })

  test('merges gaps, so that what is left tells of all that is gone', async () => {
    const store = await small(16, 4)
    store.recordReceived(KEY)
    for (let sequence = 1; sequence <= 20; sequence++) store.appendOutputChunk(chunk(sequence, '12345'))
    expect(store.unackedMessages()).toMatchObject([
      { sequence: 19, dropped: { from: 1, to: 18, bytes: 90 } },
      { sequence: 20 },
    ])
  })

  test('drops output of one attempt for the sake of another', async () => {
    const store = await small(20, 4)
    for (const key of [KEY, LATER]) store.recordReceived(key)
    store.appendOutputChunk(chunk(1, '12345'))
    store.appendOutputChunk(chunk(1, '12345', LATER))
    store.appendOutputChunk(chunk(2, '12345', LATER))
    expect(store.unackedMessages()).toMatchObject([
      { taskId: 'task-2', sequence: 1 },
      { taskId: 'task-2', sequence: 2 },
    ])
    expect([store.find(KEY), store.find(LATER)].map((each) => each?.truncated.stdout)).toEqual([true, false])
  })

  test('joins a gap at the end of a stream with what is dropped before it', async () => {
    const store = await small(24, 4)
    for (const key of [KEY, LATER]) store.recordReceived(key)
    store.appendOutputChunk(chunk(1, 'abcdef'))
    store.appendOutputChunk(chunk(2, 'x'.repeat(17)))
    for (const sequence of [1, 2]) store.appendOutputChunk(chunk(sequence, '12345678', LATER))
    store.recordFinal(KEY, DONE)
    expect(store.replay(KEY, 'stdout', 1)).toMatchObject([
      { sequence: 3, data: '', dropped: { from: 1, to: 2, bytes: 23 } },
    ])
  })
})
