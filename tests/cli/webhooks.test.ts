import { expect, test } from 'vitest'
import { ALERT_TYPES } from '#lib/task/webhook.ts'
import { problem } from '../support/fake-ledger.ts'
import { openTracked } from '../support/tracked.ts'

const t = openTracked()
async function rollcall(...args: string[]) {
  const run = t.cli.start(['webhooks', ...args], { env: { ROLLCALL_URL: t.ledger.url, ROLLCALL_TOKEN: 'rc_test' } })
  return { code: await run.ended, stdout: run.stdout(), stderr: run.stderr() }
}
const at = '2026-11-21T08:00:00.000Z'
const webhook = {
  ...{ id: 'hook-1', name: 'on call', kind: 'json', url: 'https://hooks.example.org/…', events: [...ALERT_TYPES] },
  ...{ enabled: true, createdBy: 'ada', createdAt: at },
}
const alert = { title: 'A test', detail: null, taskId: null, incidentId: null, path: '/', at }
const delivery = {
  ...{ id: 'sent-1', webhookId: 'hook-1', type: 'test', alert, status: 'pending', tries: 0, nextAt: at },
  ...{ createdAt: at, triedAt: null, durationMs: null, responseStatus: null, response: null },
}

test('create prints the secret alone on stdout, so that a script can take it', async () => {
  t.ledger.on({ createWebhook: () => ({ webhook, secret: 'whsec_1' }) })
  const made = await rollcall('create', '--name', 'on call', '--url', 'https://hooks.example.org/x')
  expect(made).toMatchObject({ code: 0, stdout: 'whsec_1\n' })
  expect(made.stderr).toContain('hook-1')
  t.ledger.on({ createWebhook: () => ({ webhook: { ...webhook, kind: 'slack' }, secret: null }) })
  const events = ['--event', 'incident.opened', '--event', 'sweeper.late']
  const slack = await rollcall('create', '--name', 'chat', '--kind', 'slack', ...events, '--url', 'https://chat.test/s')
  expect(slack).toMatchObject({ code: 0, stdout: '' })
  expect(t.ledger.inputs('createWebhook')).toEqual([
    { name: 'on call', kind: 'json', url: 'https://hooks.example.org/x' },
    { name: 'chat', kind: 'slack', url: 'https://chat.test/s', events: ['incident.opened', 'sweeper.late'] },
  ])
})

test('what is missing or not one of its choices is wrong usage, and nothing is sent', async () => {
  expect((await rollcall('create', '--name', 'on call')).code).toBe(64)
  expect((await rollcall('create', '--name', 'a', '--url', 'https://a.test', '--kind', 'fax')).code).toBe(64)
  expect((await rollcall('update', 'hook-1', '--event', 'task.created')).stderr).toContain('incident.opened')
  expect((await rollcall('update', 'hook-1', '--on', '--off')).code).toBe(64)
  expect(t.ledger.calls).toEqual([])
})

test('list shows where each goes, and what is switched off', async () => {
  const off = { ...webhook, id: 'hook-2', name: 'chat', enabled: false, events: ['sweeper.late'] }
  t.ledger.on({ listWebhooks: () => ({ webhooks: [webhook, off] }) })
  const { stdout } = await rollcall('list')
  expect(stdout).toMatch(/^hook-1 +on call +json +https:\/\/hooks\.example\.org\/… +on +all$/m)
  expect(stdout).toMatch(/^hook-2 +chat .* off +sweeper\.late$/m)
  t.ledger.on({ listWebhooks: () => ({ webhooks: [] }) })
  expect((await rollcall('list')).stdout).toBe('no webhooks\n')
})

test('update changes what it is given and nothing else', async () => {
  t.ledger.on({ updateWebhook: (input) => ({ webhook: { ...webhook, ...input, id: 'hook-1' } }) })
  expect((await rollcall('update', 'hook-1', '--off')).stdout).toContain('hook-1  on call is off')
  await rollcall('update', '--event', 'incident.braked', 'hook-1', '--on', '--name', 'night')
  expect(t.ledger.inputs('updateWebhook')).toEqual([
    { webhookId: 'hook-1', enabled: false },
    { webhookId: 'hook-1', enabled: true, name: 'night', events: ['incident.braked'] },
  ])
})

test('delete keeps why, and rotate prints the new secret alone', async () => {
  t.ledger.on({ deleteWebhook: () => ({ webhook }), rotateWebhook: () => ({ webhook, secret: 'whsec_2' }) })
  expect((await rollcall('delete', 'hook-1', '--reason', 'gone')).stdout).toBe('hook-1  on call removed\n')
  expect(t.ledger.inputs('deleteWebhook')).toEqual([{ webhookId: 'hook-1', reason: 'gone' }])
  expect((await rollcall('rotate', 'hook-1')).stdout).toBe('whsec_2\n')
  t.ledger.on({ rotateWebhook: () => problem('not_found', 'no webhook has the id hook-9') })
  expect(await rollcall('rotate', 'hook-9')).toMatchObject({ code: 1, stdout: '' })
})

test('a test is sent, its answer looked up, and a dead delivery sent again', async () => {
  const dead = { ...delivery, status: 'dead', tries: 8, responseStatus: 500, response: 'no\u001b[2J' }
  t.ledger.on({
    testWebhook: () => ({ delivery }),
    listDeliveries: () => ({ deliveries: [dead], nextCursor: 'c' }),
    redeliverWebhook: () => ({ delivery }),
  })
  expect((await rollcall('test', 'hook-1')).stdout).toBe('sent-1  pending\n')
  const { stdout } = await rollcall('deliveries', 'hook-1', '--limit', '1')
  expect(stdout).toMatch(/^sent-1 +2026-11-21 08:00:00Z +test +dead +8 +500 no \[2J$/m)
  expect(stdout).toContain('--cursor c')
  expect((await rollcall('redeliver', 'hook-1', 'sent-1')).stdout).toBe('sent-1  pending\n')
  expect(t.ledger.inputs('redeliverWebhook')).toEqual([{ webhookId: 'hook-1', deliveryId: 'sent-1' }])
  expect(JSON.parse((await rollcall('test', 'hook-1', '--json')).stdout)).toEqual({ delivery })
})
