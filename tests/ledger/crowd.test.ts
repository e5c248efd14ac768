import { expect, it } from 'vitest'
import { lookAtCrowd, seedCrowd } from '../support/crowd.ts'
import { pass, sweep } from '../support/factories.ts'
import { forEachDialect } from '../support/ledger.ts'

forEachDialect('bystanders', (open) => {
  it('can be put into a ledger, and are let alone by its sweeper', async () => {
    const ledger = await open()
    await seedCrowd(ledger.sql)
    const before = await lookAtCrowd(ledger.sql)
    expect(before).toContain('crowd-waiting')
    await pass(ledger, 60_000)
    await sweep(ledger)
    expect(await lookAtCrowd(ledger.sql)).toBe(before)
  })
})
