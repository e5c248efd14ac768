import { expect, it } from 'vitest'
import { openDatabase } from '#lib/db/open.ts'
import type { Work } from '#lib/db/types.ts'
import { createTask } from '#lib/ledger/index.ts'
import { eventually } from '../support/eventually.ts'
import { taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { writeNotes } from '../support/notes.ts'

const idsOf = async (ledger: Ledger) => (await rowsOf(ledger, 'operations')).map((row) => row.id)

forEachDialect('a round', (open, dialect) => {
  it('is shared by requests that arrive together: a thousand creates in a handful of commits', async () => {
    const ledger = await open()
    let commits = 0
    const stop = ledger.db.onCommit(() => {
      commits += 1
    })
    await Promise.all(Array.from({ length: 1000 }, () => createTask(ledger.context, taskOf())))
    stop()
    const transactions = await ledger.sql('SELECT DISTINCT transaction_id FROM task_events')
    expect(dialect === 'sqlite' ? commits : transactions.length).toBeLessThanOrEqual(5)
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(1000)
  })

  it('harms no request for another one that the database refuses', async () => {
    const ledger = await open()
    const results = await ledger.db.write(writeNotes, [{ id: 'a' }, { id: 'b', status: 'bad' }, { id: 'c' }])
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(results[1]).toMatchObject({ error: { message: expect.stringMatching(/operations_status/) } })
    expect(await idsOf(ledger)).toEqual(['a', 'c'])
  })

  it('undoes only the request whose plan throws, and nothing of other work beside it', async () => {
    const ledger = await open()
    const [results, task] = await Promise.all([
      ledger.db.write(writeNotes, [{ id: 'a' }, { id: 'b', throws: true }]),
      createTask(ledger.context, taskOf()),
    ])
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { message: 'after the write' } }])
    expect(await idsOf(ledger)).toEqual(['a'])
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ id: task.id }])
  })

  it('never holds two requests with one key: the later one sees what the earlier one wrote', async () => {
    const ledger = await open()
    const results = await ledger.db.write(writeNotes, [{ id: 'a' }, { id: 'a' }, { id: 'b' }])
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(await idsOf(ledger)).toEqual(['a', 'b'])
  })

  it('asks a plan about one thing once at a time', async () => {
    const { db } = await open()
    const rounds: string[][] = []
    const work: Work<string, null> = {
      name: 'remember',
      key: (request) => request,
      *plan(_transaction, requests) {
        rounds.push([...requests])
        return requests.map(() => ({ ok: true, value: null }))
      },
    }
    const results = await db.write(work, ['a', 'a', 'b', 'b', 'a'])
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(rounds).toEqual([['a'], ['a', 'b'], ['b', 'a']])
  })

  it('is answered after its commit, in the order of its requests', async () => {
    const ledger = await open()
    const notes = Array.from({ length: 2500 }, (_, index) => ({ id: `n${index}` }))
    const other = await ledger.another()
    const results = await ledger.db.write(writeNotes, notes)
    expect(results.map((result) => result.ok && result.value)).toEqual(notes.map(({ id }) => id))
    expect(await other.read('SELECT COUNT(*) AS count FROM operations')).toEqual([{ count: 2500 }])
  })

  it('of no requests is answered with nothing', async () => {
    const { db } = await open()
    expect(await db.write(writeNotes, [])).toEqual([])
  })

  it('that is under way is finished by close', async () => {
    const ledger = await open()
    const other = await openDatabase(ledger.db.url)
    const written = other.write(writeNotes, [{ id: 'last' }])
    await other.close()
    expect(await written).toMatchObject([{ ok: true }])
    expect(await idsOf(ledger)).toEqual(['last'])
  })

  it('wakes listeners with the name of its work until they stop', async () => {
    const { db } = await open()
    const heard: string[] = []
    const stop = db.onCommit((works) => heard.push(...works))
    await db.write(writeNotes, [{ id: 'a' }])
    await eventually('the commit is heard of', () => heard.includes('writeNotes'))
    stop()
    heard.length = 0
    const again = db.onCommit(() => heard.push('other'))
    await db.write(writeNotes, [{ id: 'b' }])
    await eventually('the next commit is heard of by another', () => heard.includes('other'))
    again()
    expect(heard).not.toContain('writeNotes')
  })
})
