import { expect, it } from 'vitest'
import { listErrorGroups } from '#lib/ledger/index.ts'
import { begin, finish } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

async function failWith(ledger: Ledger, errorClass: string, maxRetries: number): Promise<void> {
  const { ref } = await begin(ledger, { maxRetries })
  await finish(ledger, ref, { outcome: 'failed', error: { class: errorClass, message: `${errorClass} it was` } })
}

forEachDialect('errors', (open) => {
  it('are counted by class and window, most first, with those that are not sealed', async () => {
    const ledger = await open()
    await failWith(ledger, 'Forgotten', 0)
    ledger.clock.advance(6 * 24 * 3_600_000)
    await failWith(ledger, 'Timeout', 0)
    ledger.clock.advance(2 * 24 * 3_600_000)
    await failWith(ledger, 'Timeout', 0)
    ledger.clock.advance(2 * 3_600_000)
    await failWith(ledger, 'Timeout', 1)
    await failWith(ledger, 'RateLimited', 1)
    const { groups, completeSince } = await listErrorGroups(ledger.context)
    expect(groups).toMatchObject([
      { errorClass: 'Timeout', counts: { '1h': 1, '3h': 2, '24h': 2, '7d': 3 }, open: 1, message: 'Timeout it was' },
      { errorClass: 'RateLimited', counts: { '1h': 1, '3h': 1, '24h': 1, '7d': 1 }, open: 1 },
    ])
    expect(completeSince).toBeNull()
  })

  it('show the message of the newest task, whatever it begins with', async () => {
    const ledger = await open()
    for (const message of ['zzz', 'aaa']) {
      const { ref } = await begin(ledger)
      await finish(ledger, ref, { outcome: 'failed', error: { class: 'Timeout', message } })
      ledger.clock.advance(1000)
    }
    expect((await listErrorGroups(ledger.context)).groups).toMatchObject([{ message: 'aaa' }])
  })

  it('are none where nothing failed', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    expect(await listErrorGroups(ledger.context)).toEqual({ groups: [], completeSince: null })
  })
})
