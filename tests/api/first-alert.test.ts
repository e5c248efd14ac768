import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { openReceiver } from '../support/receiver.ts'
import { startServer } from '../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-first-alert-'))
afterAll(() => removeFolder(folder))

it('what happens before a new server has looked for the first time reaches who asked for it', async () => {
  const config = join(folder, 'rollcall.json')
  writeFileSync(config, JSON.stringify({ webhooks: { allow: ['127.0.0.1'] } }))
  // It looks once a pass, and the first one is still to come.
  const server = await startServer({ env: { ROLLCALL_CONFIG: config, ROLLCALL_SWEEP_MS: '3000' } })
  const there = await openReceiver()
  try {
    const client = createClient({ url: server.url, token: server.adminToken })
    await client.call('createWebhook', { name: 'on call', kind: 'json', url: there.url, events: ['task.quarantined'] })
    const { worker } = await client.call('registerWorker', { host: 'elsewhere', pid: 1 })
    const { task } = await client.call('createTask', { title: 'A task', start: { workerId: worker.id } })
    await client.call('quarantineTask', { taskId: task.id, reason: 'kills its workers' })
    await eventually('the alert', () => there.received.some(({ body }) => body.includes(task.id)), 30_000)
    expect(there.received).toHaveLength(1)
  } finally {
    await server.stop()
    await there.close()
  }
})
