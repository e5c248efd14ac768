import { describe, expect, it } from 'vitest'
import { run, statement } from '#lib/db/statement.ts'
import type { Database, Row, Work } from '#lib/db/types.ts'
import { eventually } from '../support/eventually.ts'
import { type Ledger, ledgerOn, rowsOf } from '../support/ledger.ts'
import { type Note, writeNotes } from '../support/notes.ts'

const idsOf = async (ledger: Ledger) => (await rowsOf(ledger, 'operations')).map((row) => row.id)

/** Writes a row, does something, and goes on: with the row written and not committed. */
function pausing(during: () => void, wait: string): Work<Note, string> {
  const waiting = statement(`wait:${wait}`, () => `${wait} /* $1 */`)
  return {
    ...writeNotes,
    *plan(transaction, requests) {
      const results = yield* writeNotes.plan(transaction, requests)
      during()
      yield* run(waiting, [{}])
      return results
    },
  }
}

const uncommitted = (db: Database) => db.read("SELECT id FROM operations WHERE id = 'secret'")

/** Until as many transactions as given wait for the lock that the test holds. */
function waiting({ sql }: Ledger, count: number): Promise<unknown> {
  return eventually('transactions wait for the lock', async () => {
    const rows = await sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return rows.length === count
  })
}

/** Changes one row, waits for the test, then changes the other. */
function crossing(first: string, second: string): Work<null, null> {
  const change = (id: string) =>
    statement(
      `change:${first}:${id}`,
      () => `UPDATE operations SET total = total + length($1::text) WHERE id = '${id}'`,
    )
  const lock = statement(`lock:${first}`, () => 'SELECT pg_advisory_xact_lock_shared(7), length($1::text)')
  return {
    name: `cross:${first}`,
    key: () => '',
    *plan() {
      for (const step of [change(first), lock, change(second)]) yield* run(step, [{}])
      return [{ ok: true, value: null }]
    },
  }
}

describe('transactions on sqlite', () => {
  const open = ledgerOn('sqlite')
  it('are not seen by a read before their commit', async () => {
    const { db } = await open()
    let seen: Promise<Row[]> | undefined
    const work = pausing(() => {
      seen = uncommitted(db)
    }, 'SELECT ?1')
    expect(await db.write(work, [{ id: 'secret' }])).toMatchObject([{ ok: true }])
    expect(await seen).toEqual([])
    expect(await uncommitted(db)).toHaveLength(1)
  })
})

describe('transactions on postgresql', () => {
  const open = ledgerOn('postgresql')
  it('are not seen by a read before their commit', async () => {
    const ledger = await open()
    await ledger.sql('SELECT pg_advisory_lock(7)')
    const work = pausing(() => {}, 'SELECT pg_advisory_xact_lock_shared(7), length($1::text)')
    const written = ledger.db.write(work, [{ id: 'secret' }])
    await waiting(ledger, 1)
    expect(await uncommitted(ledger.db)).toEqual([])
    await ledger.sql('SELECT pg_advisory_unlock(7)')
    expect(await written).toMatchObject([{ ok: true }])
    expect(await uncommitted(ledger.db)).toHaveLength(1)
  })

  it('that wait for each other both come through', async () => {
    const ledger = await open()
    await ledger.db.write(writeNotes, [{ id: 'a' }, { id: 'b' }])
    await ledger.sql('SELECT pg_advisory_lock(7)')
    const both = [ledger.db.write(crossing('a', 'b'), [null]), ledger.db.write(crossing('b', 'a'), [null])]
    await waiting(ledger, 2)
    await ledger.sql('SELECT pg_advisory_unlock(7)')
    expect((await Promise.all(both)).flat()).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ])
  })

  it('that a lost connection carried are refused as unavailable, and the next one works', async () => {
    const ledger = await open()
    await ledger.sql('SELECT pg_advisory_lock(7)')
    const work = pausing(() => {}, 'SELECT pg_advisory_xact_lock_shared(7), length($1::text)')
    const written = ledger.db.write(work, [{ id: 'a' }, { id: 'b' }])
    await waiting(ledger, 1)
    await ledger.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    expect(await written).toMatchObject([{ error: { code: 'unavailable' } }, { error: { code: 'unavailable' } }])
    await eventually('the next one works', async () => (await ledger.db.write(writeNotes, [{ id: 'c' }]))[0]?.ok)
    expect(await idsOf(ledger)).toEqual(['c'])
    await eventually('commits are heard of again', async () => {
      let heard = false
      const stop = ledger.db.onCommit(() => {
        heard = true
      })
      await ledger.db.write(writeNotes, [{ id: `again-${performance.now()}` }])
      await eventually('a commit', () => heard, 200).catch(() => {})
      stop()
      return heard
    })
  })

  it('do not wait for ever for a row that somebody else has locked, and hold up nobody else', async () => {
    const ledger = await open()
    await ledger.sql('SELECT pg_advisory_unlock_all()')
    await ledger.db.write(writeNotes, [{ id: 'a' }, { id: 'b' }])
    await ledger.sql('BEGIN')
    await ledger.sql("UPDATE operations SET total = 7 WHERE id = 'a'")
    const [blocked, free] = await Promise.all([
      ledger.db.write(crossing('a', 'a'), [null]),
      ledger.db.write(crossing('b', 'b'), [null]),
    ])
    await ledger.sql('ROLLBACK')
    expect(blocked).toMatchObject([
      { error: { code: 'unavailable', message: expect.stringContaining('another session holds') as string } },
    ])
    expect(free).toEqual([{ ok: true, value: null }])
    expect(await ledger.db.write(crossing('a', 'a'), [null])).toMatchObject([{ ok: true }])
  })
})
