/** Alerts go to no private address: not by name, by redirect or by rebinding, unless the configuration allows it. */
import { expect, it } from 'vitest'
import { testWebhook } from '#lib/ledger/index.ts'
import { refusal } from '../support/factories.ts'
import { forEachDialect } from '../support/ledger.ts'
import { receiver, setUpWebhooks } from '../support/webhooks.ts'

forEachDialect('a place that alerts may not go to', (openLedger) => {
  it.each([
    'http://127.0.0.1/x',
    'http://127.1/x',
    'http://2130706433/x',
    'http://0x7f.1/x',
    'http://[::1]/x',
    'http://[::ffff:127.0.0.1]/x',
    'http://[fe80::1]/x',
    'http://[fd00::1]/x',
    'http://[64:ff9b::7f00:1]/x',
    'http://10.1.2.3/x',
    'http://192.168.0.1/x',
    'http://172.16.0.1/x',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/x',
    'http://0.0.0.0/x',
    'ftp://hooks.example/x',
    'file:///etc/passwd',
    'http://user:secret@hooks.example/x',
    'http://user@hooks.example/x',
    'no address',
  ])('is refused at once: %s', async (url) => {
    const { hook } = setUpWebhooks(await openLedger(), { allow: [] })
    expect((await refusal(hook(url))).code).toBe('validation')
  })

  it('is refused by name', async () => {
    const { run, hook, context, deliveriesOf } = setUpWebhooks(await openLedger(), { allow: [] })
    const there = await receiver()
    const { webhook } = await hook(`http://localhost:${there.port}/x`)
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect(there.received).toEqual([])
    const [delivery] = await deliveriesOf(webhook.id)
    expect(delivery).toMatchObject({ status: 'pending', responseStatus: null })
    expect(delivery?.response).toMatch(/^localhost leads to .* not a public address/)
  })

  it('is refused by redirect, as none is followed', async () => {
    const { run, hook, context, deliveriesOf } = setUpWebhooks(await openLedger())
    const [there, inside] = [await receiver(), await receiver()]
    there.answer(307, { location: inside.url })
    const { webhook } = await hook(there.url)
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect([there.received.length, inside.received.length]).toEqual([1, 0])
    expect((await deliveriesOf(webhook.id))[0]).toMatchObject({ status: 'pending', responseStatus: 307 })
  })

  it('is refused by rebinding: a name is resolved once, and that address is connected to', async () => {
    const asked: string[] = []
    // First an address that is allowed, and whoever asks again is led to another one.
    const resolve = async (host: string) => {
      asked.push(host)
      return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 as const }]
    }
    const { run, hook, context } = setUpWebhooks(await openLedger(), { allow: ['127.0.0.1'], resolve })
    const there = await receiver()
    const { webhook } = await hook(`http://rebinding.example:${there.port}/x`)
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect([asked, there.received.length]).toEqual([['rebinding.example'], 1])
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect(there.received).toHaveLength(1)
  })

  it('is refused when only one of the addresses of a name is private', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 as const },
      { address: '10.0.0.1', family: 4 as const },
    ]
    const { run, hook, context, deliveriesOf } = setUpWebhooks(await openLedger(), { allow: [], resolve })
    const { webhook } = await hook('http://both.example/x')
    await testWebhook(context, { webhookId: webhook.id })
    await run()
    expect((await deliveriesOf(webhook.id))[0]?.response).toContain('10.0.0.1')
  })
})
