/** Tokens of programs: they end, they are replaced without a gap, and say when they were last used. */
import { expect, it } from 'vitest'
import { hashSecret } from '#lib/api/auth/secrets.ts'
import { createToken, findBearer, listTokens, revokeToken, rotateToken } from '#lib/ledger/index.ts'
import { codeOf, freshId } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const MINUTE_MS = 60_000
const mint = (secret: string) => ({ id: freshId('token'), hash: hashSecret(secret) })
const make = (ledger: Ledger, secret: string, ttlMs?: number) =>
  createToken(ledger.context, { ...mint(secret), name: 'farm', role: 'worker', ...(ttlMs ? { ttlMs } : {}) })
const bearer = ({ context }: Ledger, secret: string) => findBearer(context, hashSecret(secret))
const lastUsed = async ({ context }: Ledger) => (await listTokens(context, {})).tokens[0]?.lastUsedAt

forEachDialect('a token', (open) => {
  it('works until its end, to the millisecond', async () => {
    const ledger = await open()
    await make(ledger, 'secret', MINUTE_MS)
    ledger.clock.advance(MINUTE_MS - 1)
    expect(await bearer(ledger, 'secret')).toMatchObject({ name: 'farm', role: 'worker' })
    ledger.clock.advance(1)
    expect(await bearer(ledger, 'secret')).toBeNull()
  })

  it('says when it was last used, written at most once a minute', async () => {
    const ledger = await open()
    await make(ledger, 'secret')
    expect(await lastUsed(ledger)).toBeNull()
    await bearer(ledger, 'secret')
    const first = await lastUsed(ledger)
    expect(first).toBe(new Date(ledger.clock()).toISOString())
    ledger.clock.advance(MINUTE_MS - 1)
    await bearer(ledger, 'secret')
    expect(await lastUsed(ledger)).toBe(first)
    ledger.clock.advance(1)
    await bearer(ledger, 'secret')
    expect(await lastUsed(ledger)).toBe(new Date(ledger.clock()).toISOString())
  })

  it('is replaced by another of its family, and works beside it for the grace', async () => {
    const ledger = await open()
    const old = await make(ledger, 'old')
    const next = await rotateToken(ledger.context, { ...mint('new'), tokenId: old.id, graceMs: MINUTE_MS })
    expect(next).toMatchObject({ name: 'farm', role: 'worker', expiresAt: null, createdBy: 'ada' })
    const [one, other] = [await bearer(ledger, 'old'), await bearer(ledger, 'new')]
    expect([one?.familyId, other?.familyId]).toEqual([old.id, old.id])
    ledger.clock.advance(MINUTE_MS)
    expect(await bearer(ledger, 'old')).toBeNull()
    const third = await rotateToken(ledger.context, { ...mint('third'), tokenId: next.id })
    expect((await bearer(ledger, 'third'))?.familyId).toBe(old.id)
    expect(third.id).not.toBe(old.id)
  })

  it('is rotated once, and not when it is over', async () => {
    const ledger = await open()
    const { id: tokenId } = await make(ledger, 'old', MINUTE_MS)
    const rotate = () => codeOf(rotateToken(ledger.context, { ...mint(freshId('s')), tokenId }))
    await rotateToken(ledger.context, { ...mint('next'), tokenId, graceMs: 3 * MINUTE_MS })
    expect(await rotate()).toBe('invalid_transition')
    expect(await codeOf(rotateToken(ledger.context, { ...mint('x'), tokenId: 'none' }))).toBe('not_found')
    // A grace does not make a token live longer than it would have.
    ledger.clock.advance(MINUTE_MS)
    expect(await bearer(ledger, 'old')).toBeNull()
    const { id } = await make(ledger, 'another', MINUTE_MS)
    ledger.clock.advance(MINUTE_MS)
    expect(await codeOf(rotateToken(ledger.context, { ...mint('y'), tokenId: id }))).toBe('invalid_transition')
    expect(await rowsOf(ledger, 'tokens')).toHaveLength(3)
  })

  it('is revoked at once', async () => {
    const ledger = await open()
    const { id: tokenId } = await make(ledger, 'secret')
    await revokeToken(ledger.context, { tokenId, reason: 'it leaked' })
    expect(await bearer(ledger, 'secret')).toBeNull()
    expect(await codeOf(rotateToken(ledger.context, { ...mint('x'), tokenId }))).toBe('invalid_transition')
  })
})
