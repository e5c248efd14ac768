/** What all rows of an input have in common goes to SQLite once, and what comes of it is the same. */
import { describe, expect, it } from 'vitest'
import { asked } from '#lib/db/common.ts'
import { sqlite } from '#lib/db/sqlite.ts'
import { run, statement, statements } from '#lib/db/statement.ts'
import type { Row } from '#lib/db/types.ts'
import '#lib/ledger/index.ts'
import { inTransaction } from '../support/alone.ts'
import { forEachDialect } from '../support/ledger.ts'

const TYPES =
  'id text, size integer, at bigint, cost double, kept boolean, data json, note json, absent json, reason text'
const NAMES = TYPES.split(', ').map((column) => column.split(' ')[0] ?? '')
const echo = statement('echoMany', (d) => `SELECT ${NAMES.map((name) => `c.${name}`).join(', ')} FROM ${d.rows(TYPES)}`)
const same = {
  size: 7,
  at: 1_763_712_000_123,
  cost: 0.1 + 0.2,
  kept: true,
  note: 'a "word"',
  absent: null,
  reason: null,
}
const many = Array.from({ length: 20 }, (_, index) => ({ id: `task-${index}`, ...same, data: { index } }))
const plainly = (row: Row) => ({ ...row, kept: Boolean(row.kept), data: read(row.data), note: read(row.note) })
const read = (value: unknown) => JSON.parse(String(value))

forEachDialect('many rows', (open, dialect) => {
  it('come out as they went in, whatever they have in common', async () => {
    const ledger = await open()
    const rows = await inTransaction(ledger, () => run(echo, many))
    expect(rows.map(plainly)).toEqual(many)
    const odd = many.map((row) => ({ ...row, reason: 'half \ud83d' }))
    const kept = await inTransaction(ledger, () => run(echo, odd))
    expect(kept.map(plainly)).toEqual(odd.map((row) => ({ ...row, reason: 'half \ufffd' })))
  })

  if (dialect === 'postgresql') return
  it('are planned for as a few are', async () => {
    const ledger = await open()
    const plan = async (text: string) =>
      (await ledger.sql(`EXPLAIN QUERY PLAN ${text}`))
        .map(({ detail }) => String(detail).replace(/ \(.*|(?<=SUBQUERY) \d+/, ''))
        .filter((detail) => !detail.startsWith('SCALAR SUBQUERY') && detail !== 'SCAN CONSTANT ROW')
    const many = statements.filter((one) => one.columns(sqlite).length > 0)
    expect(many.length).toBeGreaterThan(100)
    for (const one of many) {
      const text = one.textFor(sqlite, one.columns(sqlite))
      if (text !== undefined) expect([one.name, await plan(text)]).toEqual([one.name, await plan(one.text(sqlite))])
    }
  })
})

describe('what is sent to SQLite', () => {
  it('has once what all rows have in common', () => {
    const { common, rows } = asked({ statement: echo, input: many })
    expect(JSON.parse(common ?? '')).toEqual(Object.values(same))
    expect(JSON.parse(rows)[3]).toEqual(['task-3', { index: 3 }])
  })

  it('is all in the rows where they are few, or have little in common', () => {
    expect(asked({ statement: echo, input: many.slice(0, 7) }).common).toBeUndefined()
    const others = many.map((row, index) => ({ ...row, size: index, at: index, cost: index, kept: index % 2 === 0 }))
    const apart = others.map((row, index) => ({ ...row, note: index, absent: index }))
    expect(asked({ statement: echo, input: apart }).common).toBeUndefined()
  })

  it('is all in the rows for a statement that asks for places', () => {
    const first = statement(
      'firstOfMany',
      (d) => `SELECT c.id FROM ${d.rows('id text, max integer')} LIMIT ${d.scalar(1, 'integer')}`,
    )
    const input = many.map(() => ({ id: 'same', max: 3 }))
    expect(asked({ statement: first, input }).common).toBeUndefined()
  })

  it('has few texts a statement, however odd its inputs', () => {
    const wide = statement(
      'wide',
      (d) => `SELECT c.a0 FROM ${d.rows(Array.from({ length: 12 }, (_, n) => `a${n} integer`).join(', '))}`,
    )
    const texts = Array.from({ length: 11 }, (_, apart) => {
      const input = many.map((_row, index) =>
        Object.fromEntries(Array.from({ length: 12 }, (_value, n) => [`a${n}`, n === apart ? index : 0])),
      )
      return asked({ statement: wide, input }).text
    })
    expect(new Set(texts).size).toBe(9)
    expect(texts.at(-1)).toBe(wide.text(sqlite))
  })
})
