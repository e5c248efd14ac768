/** What waits, and what an ack does to it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LocalStore } from '#lib/worker/store/local-store.ts'
import type { Final } from '#lib/worker/store/types.ts'
import { chunk, countedBySql, KEY, openTestStore, type TestStore } from '../support/store.ts'

let t: TestStore
afterEach(() => t.remove())

const DONE: Final = { outcome: 'success', exitCode: 0, details: '{}' }
const LATER = { taskId: 'task-2', attempt: 1 }
const datas = (store: LocalStore) =>
  store.unackedMessages().map((message) => (message.kind === 'output' ? message.data : message.outcome))

describe('a message', () => {
  beforeEach(async () => {
    t = await openTestStore()
    t.store.recordReceived(KEY)
  })

  test.each([
    ['an empty id', { id: '' }],
    ['an empty stream', { stream: '' }],
    ['the number 0', { sequence: 0 }],
    ['a negative number', { sequence: -1 }],
    ['an empty task', { taskId: '' }],
    ['no attempt', { attempt: 0 }],
  ])('with %s is refused', (_, wrong) => {
    const message = { ...chunk(1, 'a'), ...wrong } as ReturnType<typeof chunk>
    expect(() => t.store.appendOutputChunk(message)).toThrow(expect.objectContaining({ code: 'validation' }))
    expect(t.store.figures.pendingMessages).toBe(0)
  })

  test('of an attempt that is not here is refused', () => {
    expect(() => t.store.appendOutputChunk(chunk(1, 'a', LATER))).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
  })

  test('comes once, whether its id or its number comes again', () => {
    expect(t.store.appendOutputChunk(chunk(1, 'a'))).toBe('kept')
    expect(t.store.appendOutputChunk(chunk(1, 'a'))).toBe('duplicate')
    expect(t.store.appendOutputChunk({ ...chunk(1, 'a'), id: 'another' })).toBe('duplicate')
    expect(t.store.appendOutputChunk({ ...chunk(2, 'b'), id: chunk(1, '').id })).toBe('duplicate')
    expect(datas(t.store)).toEqual(['a'])
  })

  test('that has the number of another and another text is refused', () => {
    t.store.appendOutputChunk(chunk(1, 'a'))
    const other = { ...chunk(1, 'b'), id: 'another' }
    expect(() => t.store.appendOutputChunk(other)).toThrow(expect.objectContaining({ code: 'validation' }))
  })

  test('that was acked or dropped does not come back', async () => {
    t.store.appendOutputChunk(chunk(1, 'a'))
    t.store.ackMessage(chunk(1, '').id)
    expect(t.store.appendOutputChunk(chunk(1, 'a'))).toBe('duplicate')
    expect(datas(await t.reopen())).toEqual([])
  })

  test('is acked once; unknown and empty ids are told apart', () => {
    t.store.appendOutputChunk(chunk(1, 'a'))
    const { id } = chunk(1, '')
    expect(t.store.ackMessage('unknown')).toBe('unknown')
    expect(t.store.ackMessage(id)).toBe('acked')
    const ackedAt = () => t.store.local.db.get('SELECT acked_at FROM output.local_task_outbox_messages')
    const first = ackedAt()
    t.clock.advance(1000)
    expect(t.store.ackMessage(id)).toBe('already')
    expect(ackedAt()).toEqual(first)
    expect(() => t.store.ackMessage('')).toThrow(expect.objectContaining({ code: 'validation' }))
  })

  test('that is final leaves its attempt final when it is acked', () => {
    const { id } = t.store.recordFinal(KEY, DONE)
    expect(t.store.ackMessage(id)).toBe('acked')
    expect(t.store.unackedMessages()).toEqual([])
    expect(t.store.find(KEY)?.status).toBe('final')
    expect(t.store.ackMessage(id)).toBe('already')
  })

  test('comes back after a restart, the oldest first, also of the same millisecond', async () => {
    t.store.recordReceived(LATER)
    for (const sequence of [1, 2]) {
      t.store.appendOutputChunk(chunk(sequence, `out ${sequence}`))
      t.store.appendOutputChunk(chunk(sequence, `other ${sequence}`, LATER))
      t.store.appendOutputChunk(chunk(sequence, `err ${sequence}`, KEY, 'stderr'))
    }
    t.store.recordFinal(LATER, DONE)
    t.store.appendOutputChunk(chunk(3, 'last'))
    const store = await t.reopen()
    expect(datas(store)).toEqual(['out 1', 'other 1', 'err 1', 'out 2', 'other 2', 'err 2', 'success', 'last'])
    expect(store.unackedMessages(2)).toHaveLength(2)
  })

  test('is sent again from a number on, of one stream, in order', () => {
    for (let sequence = 1; sequence <= 4; sequence++) {
      t.store.appendOutputChunk(chunk(sequence, `out ${sequence}`))
      t.store.appendOutputChunk(chunk(sequence, `err ${sequence}`, KEY, 'stderr'))
    }
    expect(t.store.replay(KEY, 'stdout', 3).map(({ data }) => data)).toEqual(['out 3', 'out 4'])
  })

  test('is told of in ranges, one for each stretch without a hole', () => {
    for (let sequence = 1; sequence <= 5; sequence++) t.store.appendOutputChunk(chunk(sequence, 'x'))
    t.store.appendOutputChunk(chunk(1, 'y', KEY, 'stderr'))
    t.store.ackMessage(chunk(3, '').id)
    expect(t.store.snapshot().ranges).toEqual([
      { ...KEY, stream: 'stderr', from: 1, to: 1 },
      { ...KEY, stream: 'stdout', from: 1, to: 2 },
      { ...KEY, stream: 'stdout', from: 4, to: 5 },
    ])
    expect(t.store.figures).toEqual(countedBySql(t.store))
  })
})
