/** Whoever fails to sign in is on the audit record, and cannot fill it. */
import { expect, it } from 'vitest'
import { hashPassword } from '#lib/api/auth/password.ts'
import { hashSecret, mintCode, mintToken } from '#lib/api/auth/secrets.ts'
import { signInByPassword, signInByToken } from '#lib/api/auth/sign-in.ts'
import { createToken, inviteMember, joinByLink, verifyAudit } from '#lib/ledger/index.ts'
import { logOf } from '../support/audit.ts'
import { codeOf, freshId } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const PASSWORD = 'correct horse battery'
/** Each test comes from an address of its own: a server counts those that wait by address. */
const fromElsewhere = () => ({ address: freshId('address'), agent: null })

async function openMember({ context }: Ledger) {
  const { id, hash, secret } = mintCode()
  await inviteMember(
    { ...context, actor: { kind: 'person', name: 'ada', role: 'admin' } },
    { id, hash, role: 'viewer' },
  )
  const passwordHash = await hashPassword(PASSWORD)
  return joinByLink(context, { id: 'ana', linkHash: hashSecret(secret), login: 'ana', name: 'Ana', passwordHash })
}

forEachDialect('a failed sign-in', (open) => {
  it('is on record with its address, whose it was, and no more of what was typed', async () => {
    const ledger = await open()
    await openMember(ledger)
    const visitor = fromElsewhere()
    const wrong = { login: 'ana', password: 'incorrect horse' }
    expect(await codeOf(signInByPassword(ledger.context, wrong, visitor))).toBe('unauthenticated')
    const mistyped = { login: 'my secret phrase', password: 'ana' }
    expect(await codeOf(signInByPassword(ledger.context, mistyped, visitor))).toBe('unauthenticated')
    const log = (await logOf(ledger)).filter(({ action }) => action === 'signIn')
    const said = { actor: { kind: 'system', name: 'sign-in' }, via: 'web', result: 'unauthenticated' }
    expect(log).toMatchObject([
      { ...said, target: { kind: 'member', id: 'ana' } },
      { ...said, target: null },
    ])
    for (const { detail } of log) expect(detail).toContain(`from ${visitor.address}`)
    expect(JSON.stringify(log)).not.toMatch(/incorrect horse|secret phrase/)
    expect((await verifyAudit(ledger.context, {})).ok).toBe(true)
  })

  it('that makes the next ones wait says after how many, and of those that wait few are entered, counted', async () => {
    const ledger = await open()
    await openMember(ledger)
    const visitor = fromElsewhere()
    const guess = () => codeOf(signInByPassword(ledger.context, { login: 'ana', password: freshId('guess') }, visitor))
    const codes: unknown[] = []
    for (let times = 0; times < 125; times += 1) codes.push(await guess())
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(5)
    const log = (await logOf(ledger)).filter(({ action }) => action === 'signIn')
    expect(log.map(({ result }) => result)).toEqual([
      ...Array.from({ length: 5 }, () => 'unauthenticated'),
      ...Array.from({ length: 3 }, () => 'rate_limited'),
    ])
    expect(log[4]?.detail).toContain('5 tries of one account, so the next one has to wait')
    expect(log.slice(5).map(({ detail }) => /number (\d+)/.exec(detail ?? '')?.[1])).toEqual(['1', '10', '100'])
    expect(log.every(({ target }) => target?.id === 'ana')).toBe(true)
  })

  it('of a worker’s token names the token, and one that is right leaves no more than its sign-in', async () => {
    const ledger = await open()
    await openMember(ledger)
    const visitor = fromElsewhere()
    const { id, secret, hash } = mintToken()
    await createToken(ledger.context, { id, hash, name: 'farm', role: 'worker' })
    expect(await codeOf(signInByToken(ledger.context, secret, visitor))).toBe('forbidden')
    expect(await codeOf(signInByToken(ledger.context, 'rc_unknown', visitor))).toBe('unauthenticated')
    await signInByPassword(ledger.context, { login: 'ana', password: PASSWORD }, visitor)
    const log = (await logOf(ledger)).filter(({ action }) => action === 'signIn')
    expect(log).toMatchObject([
      { result: 'forbidden', target: { kind: 'token', id } },
      { result: 'unauthenticated', target: null },
      { result: 'done', actor: { name: 'Ana' } },
    ])
  })
})
