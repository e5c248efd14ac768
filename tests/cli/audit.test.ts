import { expect, test } from 'vitest'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
async function rollcall(...args: string[]) {
  const run = t.cli.start(args, { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
}
const head = { seq: 4, hash: 'a'.repeat(64) }
const page = { ok: true, checked: 2, from: 1, faults: [], head, next: null }

test('verify goes along the whole chain, and tells where it ends', async () => {
  const pages = [{ ...page, next: 2 }, page]
  t.ledger.on({ verifyAudit: () => pages.shift() ?? page })
  const { code, stdout } = await rollcall('audit', 'verify', '--expect', `4:${head.hash}`)
  expect(code).toBe(0)
  expect(stdout).toBe(`the chain holds: 4 entries, from 1 on\nit ends with 4:${head.hash}\n`)
})

test('verify names what was tampered with, and ends with 1', async () => {
  const faults = [{ seq: 3, kind: 'changed', detail: 'entry 3 is not what was written' }]
  t.ledger.on({ verifyAudit: () => ({ ...page, ok: false, faults }) })
  const { code, stdout, stderr } = await rollcall('audit', 'verify')
  expect(code).toBe(1)
  expect(stdout).toContain('changed: entry 3 is not what was written')
  expect(stderr).toContain('tampered with: 1 fault')
})

test('list shows who did what to what', async () => {
  const actor = { kind: 'person', name: 'ada', role: 'operator', id: null }
  const told = {
    actor,
    via: 'web',
    action: 'cancelTask',
    target: { kind: 'task', id: 't-1' },
    before: null,
    after: null,
  }
  const said = { reason: 'a duplicate', requestId: null, result: 'sealed_task', detail: 'no' }
  const entry = { seq: 7, at: '2026-11-21T08:00:00.000Z', ...told, ...said, previousHash: head.hash, hash: head.hash }
  t.ledger.on({ listAudit: () => ({ entries: [entry], nextCursor: 'c' }) })
  const { stdout } = await rollcall('audit', 'list', '--actor', 'ada')
  expect(stdout).toMatch(/^7 +2026-11-21 08:00:00Z +ada +web +cancelTask +task t-1 +sealed_task +a duplicate/m)
  expect(stdout).toContain('--cursor c')
})
