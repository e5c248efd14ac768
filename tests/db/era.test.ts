/** A ledger that was restored from a cluster that had counted more transactions than its own has. */
import { afterEach, expect, it } from 'vitest'
import { migrate } from '#lib/db/migrate.ts'
import { createTask, startTail, type Tail } from '#lib/ledger/index.ts'
import { eventually } from '../support/eventually.ts'
import { taskOf } from '../support/factories.ts'
import { type Ledger, ledgerOn, rowsOf } from '../support/ledger.ts'

const open = ledgerOn('postgresql')
const FAR = 5_000_000_000
const tails: Tail[] = []
afterEach(() => {
  for (const tail of tails.splice(0)) tail.close()
})

const numbersOf = async (ledger: Ledger) =>
  (await rowsOf(ledger, 'task_events')).map((row) => Number(row.transaction_id))

it('numbers what happens after all that is known, and tells of it', async () => {
  const ledger = await open()
  await createTask(ledger.context, taskOf())
  await ledger.sql(`INSERT INTO task_events (type, actor_kind, actor_name, data, at, transaction_id)
    VALUES ('task.noted', 'system', 'sweeper', '{}', 1, ${FAR})`)
  await ledger.sql(`INSERT INTO alert_cursor (id, transaction_id, event_id) VALUES (1, ${FAR + 7}, 0)`)
  await migrate(ledger.db.url)
  await ledger.reopen()
  const tail = startTail(ledger.context)
  tails.push(tail)
  const heard: string[] = []
  await tail.subscribe(`${FAR}.1`, (events) => heard.push(...events.map(({ taskId }) => taskId ?? '')))
  const { id } = await createTask(ledger.context, taskOf())
  expect(Math.max(...(await numbersOf(ledger)))).toBeGreaterThan(FAR + 7)
  await eventually('it is heard of', () => heard.includes(id))
})

it('goes on counting where nothing was restored, however often a server starts', async () => {
  const ledger = await open()
  const eraOf = async () => Number((await ledger.sql('SELECT ledger_era() AS era'))[0]?.era)
  const before = await eraOf()
  for (let start = 0; start < 3; start += 1) {
    await createTask(ledger.context, taskOf())
    await migrate(ledger.db.url)
  }
  expect(await eraOf()).toBe(before)
})
