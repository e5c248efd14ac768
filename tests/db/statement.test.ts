import { describe, expect, it } from 'vitest'
import { postgresql } from '#lib/db/postgresql.ts'
import { sqlite } from '#lib/db/sqlite.ts'
import { encode, parseColumns, run, statement, storable, unpack } from '#lib/db/statement.ts'
import type { Row, Work } from '#lib/db/types.ts'
import { createTask, getTask, listTasks } from '#lib/ledger/index.ts'
import { taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

describe('the two dialects', () => {
  it('have the same parts', () => {
    expect(Object.keys(sqlite).sort()).toEqual(Object.keys(postgresql).sort())
    for (const key of Object.keys(sqlite) as (keyof typeof sqlite)[]) {
      expect(typeof sqlite[key]).toBe(typeof postgresql[key])
    }
  })

  it('render a text once each', () => {
    let renders = 0
    const made = statement('renderedOnce', (d) => `SELECT ${d.now} /* ${renders++} */`)
    expect(made.text(sqlite)).toBe(made.text(sqlite))
    expect(made.text(postgresql)).not.toBe(made.text(sqlite))
    expect(renders).toBe(2)
  })

  it('read one notation of columns', () => {
    expect(parseColumns('task_id text,\n  at bigint')).toEqual([
      { name: 'task_id', type: 'text' },
      { name: 'at', type: 'bigint' },
    ])
  })
})

describe('the input of a statement', () => {
  it('stands as it is where nothing in it is foreign to a database', () => {
    const input = [{ data: 'é 😀 \\u0000 \n', json: { a: [null, 1] } }]
    expect(encode(input, ['json', 'data'])).toBe(JSON.stringify([[input[0]?.json, input[0]?.data]]))
  })

  it('has U+FFFD for NUL and for half a surrogate pair, in values and in names', () => {
    const input = [{ data: 'a\u0000b\ud800', json: { 'k\u0000': ['\udc00', { deep: '\u0000' }] } }]
    expect(JSON.parse(encode(input, ['data', 'json']))).toEqual([['a�b�', { 'k�': ['�', { deep: '�' }] }]])
    expect(storable('whole 😀')).toBe('whole 😀')
  })

  it('is answered by rows in one text that are taken apart again', () => {
    const made = statement('whole', (d) => `SELECT ${d.whole('t', 'id text, at bigint, data json, cost double')}`)
    expect(made.packed(sqlite)).toEqual(['id', 'at'])
    const rows = [{ packed: '["a",null]', data: '{"k":1}', cost: 0.1 + 0.2 }]
    expect(unpack(rows, ['id', 'at'])).toEqual([{ id: 'a', at: null, data: '{"k":1}', cost: 0.1 + 0.2 }])
    expect(unpack([{ id: 'as it is' }], [])).toEqual([{ id: 'as it is' }])
  })

  it('runs no statement over nothing', () => {
    const plan = run(
      statement('overNothing', () => 'SELECT 1'),
      [],
    )
    expect(plan.next()).toEqual({ done: true, value: [] })
  })
})

/** What a database makes of one input element, taken apart by its types and put into an answer again. */
const echo = statement(
  'echo',
  (d) => `SELECT c.a_text, c.an_integer, c.a_bigint, c.a_double, c.a_boolean, c.a_json, c.empty_json
    FROM ${d.rows('a_text text, an_integer integer, a_bigint bigint, a_double double, a_boolean boolean, a_json json, empty_json json')}`,
)

async function echoed({ db }: Ledger, input: Record<string, unknown>): Promise<Row> {
  const work: Work<Record<string, unknown>, Row> = {
    name: 'echo',
    key: () => '',
    *plan(_transaction, requests) {
      const rows = yield* run(echo, requests)
      return rows.map((value) => ({ ok: true, value }))
    },
  }
  const [result] = await db.write(work, [input])
  if (!result?.ok) throw result?.error
  return result.value
}

forEachDialect('a statement', (open) => {
  it('gets its input back from the database as it was given', async () => {
    const input = { a_text: 'it\'s 😀 "quoted" \\ \n', an_integer: -7, a_bigint: 1_763_712_000_123, a_double: 0.1 }
    const row = await echoed(await open(), {
      ...input,
      a_boolean: true,
      a_json: { a: [1, 'two', null] },
      empty_json: null,
    })
    expect(row).toMatchObject({ ...input, empty_json: null })
    expect(Boolean(row.a_boolean)).toBe(true)
    expect(JSON.parse(String(row.a_json))).toEqual({ a: [1, 'two', null] })
  })

  it('takes NUL and half surrogate pairs in texts and in JSON, names and all', async () => {
    const ledger = await open()
    const command = taskOf({ title: 'half \ud83d', payload: { 'a\u0000': 'b\u0000', c: ['\udc00'] } })
    await createTask(ledger.context, command)
    const { task } = await getTask(ledger.context, { taskId: command.id ?? '' })
    expect(task).toMatchObject({ title: 'half �', payload: { 'a�': 'b�', c: ['�'] } })
  })

  it('finds a text with NUL as it was stored', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf({ title: 'odd � one', repo: 'a�b' }))
    for (const query of [{ q: '\u0000' }, { repo: 'a\u0000b' }, { q: 'od\u0000', label: '\u0000=\ud800' }]) {
      const { tasks } = await listTasks(ledger.context, query)
      expect(tasks.map((task) => task.id)).toEqual('label' in query ? [] : [id])
    }
  })
})
