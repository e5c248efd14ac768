import { expect, it } from 'vitest'
import { createOwnWork } from '#lib/api/own-work.ts'
import type { Actor } from '#lib/ledger/index.ts'
import { codeOf, hire } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const FLEET: Actor = { kind: 'token', name: 'fleet', role: 'worker', tokenId: 'token-1' }

const hireBy = (ledger: Ledger, actor: Actor, name: string) =>
  hire({ ...ledger, context: ledger.contextOf({ actor }) }, { name })

forEachDialect('history', (open) => {
  it('names the worker for which a token speaks, and the token itself where a batch is of several', async () => {
    const ledger = await open()
    const context = ledger.contextOf({ actor: FLEET })
    const { actorFor } = createOwnWork()
    const [one, other] = [await hireBy(ledger, FLEET, 'dev-1'), await hireBy(ledger, FLEET, 'dev-2')]
    expect(await actorFor(context, [one.id, one.id])).toEqual({ ...FLEET, kind: 'worker', name: 'dev-1' })
    expect(await actorFor(context, [one.id, other.id])).toEqual(FLEET)
    expect(await actorFor(context, ['nobody'])).toEqual(FLEET)
  })

  it('is written by no token for the worker of another', async () => {
    const ledger = await open()
    const own = await hireBy(ledger, FLEET, 'dev-1')
    const foreign = await hireBy(ledger, { ...FLEET, tokenId: 'token-2' }, 'dev-9')
    const { actorFor } = createOwnWork()
    expect(await codeOf(actorFor(ledger.contextOf({ actor: FLEET }), [own.id, foreign.id]))).toBe('forbidden')
  })
})
