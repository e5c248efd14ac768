import { expect, it } from 'vitest'
import { openSqliteEngine } from './engine-sqlite.ts'
import { simulate } from './run.ts'

it('keeps every promise of the ledger over 10,000 more schedules, whoever dies at which statement', async () => {
  const { steps, unharmed } = await simulate(openSqliteEngine(), { from: 10_000, count: 10_000 })
  expect(steps).toBeGreaterThan(0)
  expect(unharmed).toEqual([])
}, 900_000)
