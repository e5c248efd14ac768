/** Whoever guesses waits: by account and by address, over restarts and over instances. */
import { expect, it } from 'vitest'
import { countTry, forgiveTries } from '#lib/ledger/index.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'
import { outcomeOf } from '../support/outcome.ts'

const keys = { account: 'ana', address: '192.0.2.1' }
const attempt = (ledger: Ledger, changes: Partial<typeof keys> = {}) =>
  outcomeOf(countTry(ledger.context, { ...keys, ...changes }))

async function tryOften(ledger: Ledger, times: number, changes: (n: number) => Partial<typeof keys> = () => ({})) {
  const codes: unknown[] = []
  for (let n = 0; n < times; n += 1) codes.push(await attempt(ledger, changes(n)))
  return codes.filter((code) => code === 'rate_limited').length
}

forEachDialect('tries to sign in', (open) => {
  it('are five of one account, wherever they come from, and then one after each wait', async () => {
    const ledger = await open()
    expect(await tryOften(ledger, 5, (n) => ({ address: `192.0.2.${n}` }))).toBe(0)
    expect(await attempt(ledger, { address: '192.0.2.99' })).toBe('rate_limited')
    expect(await attempt(ledger, { account: 'ben' })).toBe('done')
    ledger.clock.advance(14_999)
    expect(await attempt(ledger)).toBe('rate_limited')
    ledger.clock.advance(1)
    expect(await attempt(ledger)).toBe('done')
    ledger.clock.advance(29_999)
    expect(await attempt(ledger)).toBe('rate_limited')
    ledger.clock.advance(1)
    expect(await attempt(ledger)).toBe('done')
  })

  it('are thirty of one address, whatever accounts they are for', async () => {
    const ledger = await open()
    expect(await tryOften(ledger, 30, (n) => ({ account: `account-${n}` }))).toBe(0)
    expect(await attempt(ledger, { account: 'another' })).toBe('rate_limited')
    expect(await attempt(ledger, { account: 'another', address: '192.0.2.2' })).toBe('done')
  })

  it('count over a restart and on another server', async () => {
    const ledger = await open()
    await tryOften(ledger, 3)
    await ledger.reopen()
    await tryOften(ledger, 2)
    const other = ledger.contextOf({ db: await ledger.another() })
    expect(await outcomeOf(countTry(other, keys))).toBe('rate_limited')
  })

  it('are no more when they come at once', async () => {
    const ledger = await open()
    const codes = await Promise.all(Array.from({ length: 40 }, () => attempt(ledger)))
    expect(codes.filter((code) => code === 'done')).toHaveLength(5)
  })

  it('are forgotten by a right password, which gives an address its own try back and no other', async () => {
    const ledger = await open()
    await tryOften(ledger, 4)
    await forgiveTries(ledger.context, keys)
    expect(await tryOften(ledger, 5)).toBe(0)
    expect(await attempt(ledger)).toBe('rate_limited')
    const [, address] = await rowsOf(ledger, 'sign_in_tries')
    expect(address).toMatchObject({ key: 'address:192.0.2.1', tries: 8 })
  })

  it('are forgotten after a while', async () => {
    const ledger = await open()
    await tryOften(ledger, 8)
    ledger.clock.advance(31 * 60_000)
    expect(await tryOften(ledger, 5)).toBe(0)
  })

  it('say when they make the next ones wait', async () => {
    const ledger = await open()
    await tryOften(ledger, 4)
    expect(await countTry(ledger.context, { ...keys, account: 'ben' })).toEqual([])
    expect(await countTry(ledger.context, keys)).toEqual(['5 tries of one account'])
  })
})
