/** Alerts go out signed, at least once, from a queue that outlives servers. */
import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import {
  deleteWebhook,
  listAudit,
  listWebhooks,
  quarantineTask,
  redeliverWebhook,
  rotateWebhook,
  testWebhook,
  updateWebhook,
} from '#lib/ledger/index.ts'
import { begin, codeOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'
import { receiver, setUpWebhooks } from '../support/webhooks.ts'

forEachDialect('a webhook', (openLedger) => {
  it('gets an alert by the scheme of Standard Webhooks, signed with its secret', async () => {
    const ledger = await openLedger()
    const { run, hook, context, deliveriesOf } = setUpWebhooks(ledger)
    const there = await receiver()
    const { webhook, secret } = await hook(there.url)
    await run()
    const { task } = await begin(ledger)
    await quarantineTask(context, { taskId: task.id, reason: 'kills its workers' })
    await run(() => there.received.length > 0)
    const [got] = there.received
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = got?.headers ?? {}
    const key = Buffer.from((secret ?? '').replace('whsec_', ''), 'base64')
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${got?.body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(Number(timestamp)).toBe(Math.floor(ledger.clock() / 1000))
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      type: 'task.quarantined',
      data: { taskId: task.id, detail: 'kills its workers', url: `https://rollcall.example/tasks/${task.id}` },
    })
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ id, status: 'delivered', tries: 1, responseStatus: 204 }])
    await run()
    expect(there.received).toHaveLength(1)
  })

  it('is tried again with growing waits, and given up after as many tries as were set', async () => {
    const ledger = await openLedger()
    const { run, hook, context, deliveriesOf } = setUpWebhooks(ledger)
    const there = await receiver()
    there.answer(500)
    const { webhook } = await hook(there.url)
    await testWebhook(context, { webhookId: webhook.id })
    const waits: number[] = []
    for (let tries = 1; tries <= 3; tries += 1) {
      await run()
      const [delivery] = await deliveriesOf(webhook.id)
      expect(delivery).toMatchObject({ tries, responseStatus: 500, response: 'answered 500' })
      expect(delivery?.status).toBe(tries === 3 ? 'dead' : 'pending')
      await run()
      expect(there.received).toHaveLength(tries)
      if (delivery?.nextAt) waits.push(Date.parse(delivery.nextAt) - ledger.clock())
      ledger.clock.advance(120_000)
    }
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0)
    await run()
    expect(there.received).toHaveLength(3)
  })

  it('can be delivered to again by hand, as a delivery of its own', async () => {
    const ledger = await openLedger()
    const { run, hook, context, deliveriesOf } = setUpWebhooks(ledger, { triesMax: 1 })
    const there = await receiver()
    there.answer(503)
    const { webhook } = await hook(there.url)
    const first = await testWebhook(context, { webhookId: webhook.id })
    await run()
    there.answer(204)
    const again = await redeliverWebhook(context, { webhookId: webhook.id, deliveryId: first.id })
    await run()
    expect((await deliveriesOf(webhook.id)).map(({ id, status }) => `${id} ${status}`)).toEqual(
      expect.arrayContaining([`${first.id} dead`, `${again.id} delivered`]),
    )
    expect(await codeOf(redeliverWebhook(context, { webhookId: 'other', deliveryId: first.id }))).toBe('not_found')
  })

  it('gets each alert once, although several servers look and send', async () => {
    const ledger = await openLedger()
    const db = ledger.db.dialect.name === 'sqlite' ? ledger.db : await ledger.another()
    const first = setUpWebhooks(ledger)
    const second = setUpWebhooks({ ...ledger, contextOf: (changes) => ledger.contextOf({ ...changes, db }) } as Ledger)
    const there = await receiver()
    await first.hook(there.url)
    await first.run()
    for (let count = 0; count < 4; count += 1) {
      const { task } = await begin(ledger)
      await quarantineTask(ledger.context, { taskId: task.id, reason: 'bad' })
    }
    await Promise.all([first.run(), second.run()])
    await first.run(() => there.received.length === 4)
    expect(there.received).toHaveLength(4)
    expect(new Set(there.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4)
  })

  it('that was taken by a server which then died is taken again', async () => {
    const ledger = await openLedger()
    const { run, hook, context } = setUpWebhooks(ledger)
    const there = await receiver()
    const { webhook } = await hook(there.url)
    await testWebhook(context, { webhookId: webhook.id })
    await ledger.sql(`UPDATE webhook_deliveries SET tries = 1, taken_until = ${ledger.clock() + 6000}`)
    await run()
    expect(there.received).toHaveLength(0)
    ledger.clock.advance(6000)
    await run()
    expect(there.received).toHaveLength(1)
  })

  it('signs with both secrets for a day after a rotation', async () => {
    const ledger = await openLedger()
    const { run, hook, context } = setUpWebhooks(ledger)
    const there = await receiver()
    const { webhook } = await hook(there.url)
    const { secret } = await rotateWebhook(context, { webhookId: webhook.id })
    expect(secret).toMatch(/^whsec_/)
    const send = async () => {
      await testWebhook(context, { webhookId: webhook.id })
      await run()
      return String(there.received.at(-1)?.headers['webhook-signature']).split(' ').length
    }
    expect(await send()).toBe(2)
    ledger.clock.advance(24 * 3_600_000)
    expect(await send()).toBe(1)
  })

  it('shows neither its secret nor the path of its address', async () => {
    const ledger = await openLedger()
    const { hook, context } = setUpWebhooks(ledger)
    const { secret, webhook } = await hook('https://hooks.example/T000/B000/very-secret')
    const told = JSON.stringify([await listWebhooks(context), webhook, (await listAudit(context, {})).entries])
    expect(told).not.toContain('very-secret')
    expect(told).not.toContain(secret)
    expect(webhook.url).toBe('https://hooks.example/…')
  })

  it('that is switched off, or wants other alerts, gets none', async () => {
    const ledger = await openLedger()
    const { run, hook, context } = setUpWebhooks(ledger)
    const there = await receiver()
    const off = await hook(there.url)
    await hook(there.url, { events: ['sweeper.late'] })
    await updateWebhook(context, { webhookId: off.webhook.id, enabled: false })
    await run()
    const { task } = await begin(ledger)
    await quarantineTask(context, { taskId: task.id, reason: 'bad' })
    await run()
    expect(there.received.filter(({ body }) => body.includes('quarantined'))).toEqual([])
    await deleteWebhook(context, { webhookId: off.webhook.id })
    expect((await listWebhooks(context)).webhooks).toHaveLength(1)
  })

  it('takes the words of Slack, in which no text can call for a channel', async () => {
    const ledger = await openLedger()
    const { run, hook, context } = setUpWebhooks(ledger)
    const there = await receiver()
    await hook(there.url, { kind: 'slack' })
    await run()
    const { task } = await begin(ledger)
    await quarantineTask(context, { taskId: task.id, reason: 'see <!channel> & <https://evil.example|here>' })
    await run(() => there.received.length > 0)
    const { text } = JSON.parse(there.received[0]?.body ?? '{}')
    expect(text).toContain(`<https://rollcall.example/tasks/${task.id}|Open in Rollcall>`)
    expect(text).toContain('&lt;!channel&gt; &amp;')
    expect(there.received[0]?.headers['webhook-signature']).toBeUndefined()
  })
})
