/** What the doctor finds, and what it says to do about it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { problem } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
interface Finding {
  readonly name: string
  readonly result: string
  readonly found: string
  readonly remedy: string | null
}

async function doctor(more: Record<string, string> = {}) {
  const env = { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test', ROLLCALL_STATE_PATH: t.file('state'), ...more }
  const run = t.cli.start(['doctor', '--json'], { env })
  const code = await run.ended
  const { ok, checks } = JSON.parse(run.stdout()) as { ok: boolean; checks: Finding[] }
  const of = (name: string) => checks.find((check) => check.name === name)
  return { code, ok, of, broken: checks.filter(({ result }) => result !== 'ok').map(({ name }) => name) }
}

/** A ledger in order, whose clock is so far ahead of ours. */
function inOrder({ aheadMs = 0, release = packageJson.version } = {}) {
  t.ledger.on({
    healthz: () => ({ status: 'ok', body: undefined }),
    readyz: () => {
      const at = new Date(Date.now() + aheadMs).toISOString()
      return { serverTime: at, sweptAt: at, sweeper: 'ok', database: 'sqlite', pause: null, storm: null }
    },
    openapi: () => ({ openapi: '3.1.0', info: { version: '1', 'x-release': release } }),
    listTokens: () => ({ tokens: [], nextCursor: null }),
  })
}

describe('rollcall doctor', () => {
  test('finds nothing where all is in order: exit 0', async () => {
    inOrder()
    const { code, ok, broken, of } = await doctor()
    expect({ code, ok, broken }).toEqual({ code: 0, ok: true, broken: [] })
    expect(of('token')?.found).toBe('an admin token')
  })

  test('names the variable that is missing, and still looks at the host: exit 1', async () => {
    const { code, of } = await doctor({ ROLLCALL_TOKEN: '' })
    expect(code).toBe(1)
    expect(of('settings')).toMatchObject({
      result: 'failed',
      found: expect.stringContaining('ROLLCALL_TOKEN is not set'),
    })
    expect(of('node')).toMatchObject({ result: 'ok' })
  })

  test('says that nothing listens there', async () => {
    await t.ledger.stop()
    const { code, of } = await doctor()
    expect(code).toBe(1)
    expect(of('url')).toMatchObject({ result: 'failed', found: expect.stringContaining('nothing listens there') })
    expect(of('url')?.remedy).toContain('ROLLCALL_URL')
  })

  test('tells a late sweeper, an unknown token, and one that may only read', async () => {
    inOrder()
    t.ledger.on({
      readyz: () => problem('unavailable', 'the sweeper last ran at no time yet'),
      listTokens: () => problem('unauthenticated', 'the token is unknown or revoked'),
    })
    const bad = await doctor()
    expect([bad.code, bad.broken]).toEqual([1, ['server', 'token']])
    expect(bad.of('token')?.remedy).toContain('rollcall token create')
    inOrder()
    t.ledger.on({ listTokens: () => problem('forbidden', 'a viewer token may not', { role: 'viewer' }) })
    const viewer = await doctor()
    expect([viewer.code, viewer.broken]).toEqual([0, ['token']])
    t.ledger.on({ listTokens: () => problem('forbidden', 'a worker token may not', { role: 'worker' }) })
    expect((await doctor()).of('token')).toMatchObject({ result: 'ok', found: 'a worker token' })
  })

  test('warns of a skewed clock and of another version, with what to install', async () => {
    inOrder({ aheadMs: 90_000, release: '9.9.9' })
    const { code, ok, of } = await doctor()
    expect([code, ok]).toEqual([0, true])
    expect(of('clock')).toMatchObject({ result: 'warning', found: expect.stringMatching(/^\d+(\.\d+)? s behind/) })
    expect(of('version')?.remedy).toBe(`Install the server's own: npm i -g ${t.ledger.url}/rollcall-worker.tgz`)
  })

  test('tells a state folder that is open to others, one that cannot be, and a disk too small', async () => {
    inOrder()
    mkdirSync(t.file('state'))
    chmodSync(t.file('state'), 0o755)
    expect((await doctor()).of('state')).toMatchObject({ result: 'warning', remedy: `chmod 700 ${t.file('state')}` })
    writeFileSync(t.file('taken'), '')
    const { code, of } = await doctor({ ROLLCALL_STATE_PATH: t.file('taken') })
    expect([code, of('state')?.result]).toEqual([1, 'failed'])
    const small = await doctor({ ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES: String(2 ** 50) })
    expect(small.of('disk')).toMatchObject({ result: 'warning' })
  })
})
