/** Reads that take long: what they may not hold up, and what becomes of them when they take too long. */
import { describe, expect, it } from 'vitest'
import { ASIDE_LIMITS, openAside } from '#lib/db/aside.ts'
import { heartbeat } from '#lib/ledger/index.ts'
import { eventually } from '../support/eventually.ts'
import { hire } from '../support/factories.ts'
import { forEachDialect, makeDatabase } from '../support/ledger.ts'
import { childrenOf } from '../support/tracked.ts'

/** Takes as long as the number says, in all its rows. */
const COUNTING = {
  sqlite: (rows: number) =>
    `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rows}) SELECT COUNT(*) AS count FROM c`,
  postgresql: (rows: number) => `SELECT COUNT(*) AS count FROM generate_series(1, ${rows}) AS s(n) WHERE sqrt(n) > 0`,
}
const LONG = 3_000_000
const ENDLESS = 2_000_000_000

forEachDialect('a read that takes long', (open, dialect) => {
  const counting = COUNTING[dialect]

  it('lets heartbeats be answered while it goes on', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const order: string[] = []
    const long = ledger.db.readAside(counting(LONG)).then((rows) => {
      order.push('the read')
      return rows
    })
    for (const name of ['first heartbeat', 'second heartbeat']) {
      await heartbeat(ledger.context, { workerId: worker.id, held: [] })
      order.push(name)
    }
    expect(await long).toEqual([{ count: LONG }])
    expect(order).toEqual(['first heartbeat', 'second heartbeat', 'the read'])
  })

  it('sees what was committed before it was asked', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    expect(await ledger.db.readAside('SELECT id FROM workers WHERE id = $1', [id])).toEqual([{ id }])
  })

  it('can write nothing', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const change = "UPDATE workers SET name = 'somebody' WHERE id = $1 RETURNING id"
    await expect(ledger.db.readAside(change, [id])).rejects.toThrow(/read-?only|readonly/i)
  })

  it('names what is wrong with it, and the next one is answered', async () => {
    const { db } = await open()
    await expect(db.readAside('SELECT * FROM nowhere')).rejects.toThrow(/nowhere/)
    expect(await db.readAside('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})

describe('the readers of SQLite', () => {
  const open = async (limits: Partial<typeof ASIDE_LIMITS>) => {
    const place = await makeDatabase('sqlite')
    const aside = openAside(place.url.replace(/^file:/, ''), { ...ASIDE_LIMITS, ...limits })
    const close = async () => {
      aside.close()
      await place.remove()
    }
    return { read: (text: string) => aside.read(text, []), close }
  }

  it('give a read up that takes too long, and another one takes its place', async () => {
    const { read, close } = await open({ readersMax: 1, readMs: 3000 })
    await expect(read(COUNTING.sqlite(ENDLESS))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await read('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await close()
  })

  it('are replaced when one of them dies, and whoever waited for it is told', async () => {
    const { read, close } = await open({ readersMax: 1 })
    const before = childrenOf(process.pid)
    const long = read(COUNTING.sqlite(ENDLESS)).catch((error: Error) => error.message)
    const [pid = 0] = await eventually('a reader runs', () => {
      const added = childrenOf(process.pid).filter((child) => !before.includes(child))
      return added.length === 1 && added
    })
    process.kill(pid, 'SIGKILL')
    expect(await long).toMatch(/ended with SIGKILL; try again/)
    expect(await read('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await close()
  })

  it('let no more than a few wait', async () => {
    const { read, close } = await open({ readersMax: 1, waitingMax: 2 })
    const under = [1, 2, 3].map(() => read(COUNTING.sqlite(LONG)))
    await expect(read('SELECT 1')).rejects.toThrow(/2 reads wait already/)
    expect(await Promise.all(under)).toHaveLength(3)
    await close()
  })

  it('answer those that wait when they are closed', async () => {
    const { read, close } = await open({ readersMax: 1 })
    const under = [1, 2].map(() => read(COUNTING.sqlite(LONG)).catch((error: Error) => error.message))
    await close()
    expect(await Promise.all(under)).toEqual([expect.stringMatching(/closed/), expect.stringMatching(/closed/)])
    await expect(read('SELECT 1')).rejects.toThrow(/closed/)
  })
})
