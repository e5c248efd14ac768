import { expect, it } from 'vitest'
import { openSqliteEngine } from '../simulation/engine-sqlite.ts'
import { simulate } from '../simulation/run.ts'

it('keeps every promise of the ledger over some schedules', async () => {
  expect((await simulate(openSqliteEngine(), { from: 0, count: 40 })).schedules).toBe(40)
})
