/** The two files of a store, and the disk that they are on. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SpooledOutput } from '#lib/worker/store/spooled-output.ts'
import type { Final } from '#lib/worker/store/types.ts'
import { onSmallDisk } from '../support/full-disk.ts'
import { chunk, countedBySql, KEY, openTestStore, type TestStore } from '../support/store.ts'

let t: TestStore
afterEach(() => t.remove())

const DONE: Final = { outcome: 'success', exitCode: 0, details: '{}' }

const sizeOf = ({ store, folder }: TestStore) => {
  store.local.db.all('PRAGMA output.wal_checkpoint(TRUNCATE)')
  return statSync(join(folder, 'output.db')).size
}

describe('the files', () => {
  test('are for their owner only', async () => {
    t = await openTestStore()
    expect(statSync(t.folder).mode & 0o777).toBe(0o700)
  })

  test('stay bounded, however many messages go through them', async () => {
    t = await openTestStore({ capBytes: 1024 * 1024, reserveBytes: 1024 })
    const { id } = t.store.recordReceived(KEY)
    const output = new SpooledOutput(t.store, id)
    const { db } = t.store.local
    const sizes: number[] = []
    for (let sequence = 0; sequence < 30_000; ) {
      // In fewer commits than a worker makes, so that the disk does not set the pace.
      db.write('batch', () => {
        for (const end = sequence + 1000; sequence < end; sequence++) output.push('stdout', `line ${sequence}\n`)
        output.settle([], { stdout: sequence - 100, stderr: 0 })
      })
      if (sequence % 10_000 === 0) sizes.push(sizeOf(t))
    }
    expect(Number(db.get('SELECT MAX(sequence) AS n FROM output.local_task_outbox_messages')?.n)).toBe(30_000)
    expect(sizes[2]).toBeLessThan((sizes[0] ?? 0) * 1.2)
    expect(t.store.figures).toEqual(countedBySql(t.store))
    expect(output.size).toBe(100)
  }, 60_000)

  test('stay under a quota of pages, however small the messages are', async () => {
    t = await openTestStore()
    t.store.recordReceived(KEY)
    t.store.local.db.all('PRAGMA output.max_page_count = 30')
    for (let sequence = 1; sequence <= 1000; sequence++) {
      expect(t.store.appendOutputChunk(chunk(sequence, 'x'))).toBe('kept')
    }
    const [first] = t.store.unackedMessages(1)
    expect(first).toMatchObject({ dropped: { from: 1 } })
    expect(t.store.figures.pendingMessages).toBeGreaterThan(100)
    expect(t.store.figures).toEqual(countedBySql(t.store))
  })

  test('give the results when the output is damaged', async () => {
    t = await openTestStore()
    t.store.recordReceived(KEY)
    t.store.appendOutputChunk(chunk(1, 'a'))
    const final = t.store.recordFinal(KEY, DONE)
    t.store.local.db.all('PRAGMA output.wal_checkpoint(TRUNCATE)')
    t.store.close()
    const file = join(t.folder, 'output.db')
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0x55, 0, 4096))
    const store = await t.reopen()
    expect(store.unackedMessages()).toEqual([final])
    expect(existsSync(`${file}.damaged`)).toBe(true)
  })

  test('on a full disk take the results of all that was admitted, and nothing new', () => {
    const tasks = Array.from({ length: 20 }, (_, index) => `task-${index}`)
    const result = onSmallDisk('fill-disk.ts', 6)
    expect(result).toEqual({
      finals: tasks,
      acked: 20,
      outputLeft: 0,
      shortened: ['task-7'],
      refusal: 'reserve_unavailable',
    })
  })
})
