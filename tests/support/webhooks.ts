/** Webhooks with a real receiver each, and an alerter that looks when it is told to. */
import { afterEach, expect } from 'vitest'
import { createWebhook, listDeliveries, startAlerter } from '#lib/ledger/index.ts'
import type { AlerterOptions } from '#lib/ledger/webhook/alerter.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { ALERT_TYPES, type CreateWebhook } from '#lib/task/webhook.ts'
import { eventually } from './eventually.ts'
import type { Ledger } from './ledger.ts'
import { openReceiver, type Receiver } from './receiver.ts'

/** Another test's transaction may go on for long. */
const SETTLED_WITHIN_MS = 45_000
/** Ends with its test. */
const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

export async function receiver(host?: string): Promise<Receiver> {
  const made = await openReceiver(host)
  open.push(made)
  return made
}

const sendMail: AlerterOptions['sendMail'] = async () => ({ status: null, text: 'no mail here' })

export function setUpWebhooks(
  ledger: Ledger,
  options: Partial<AlerterOptions> & { allow?: string[]; triesMax?: number } = {},
) {
  const { allow = ['127.0.0.1'], triesMax = 3, ...rest } = options
  const webhooks = { ...settingsOf().webhooks, allow, triesMax, backoffMs: 1000, timeoutMs: 2000 }
  const context = ledger.contextOf({ policy: createPolicy(settingsOf({ webhooks })) })
  const errors: unknown[] = []
  const alerter = startAlerter(context, {
    ...{ pollMs: 3_600_000, sweepMs: 1000, baseUrl: 'https://rollcall.example', sendMail },
    onError: (error) => errors.push(error),
    ...rest,
  })
  open.push({ close: () => alerter.stop() })
  /** Until that holds: on PostgreSQL an event is settled once older transactions of the cluster are over. */
  const run = async (until: () => boolean | Promise<boolean> = () => true) => {
    await eventually(
      'what was sent has arrived',
      async () => {
        await alerter.runOnce()
        expect(errors).toEqual([])
        return until()
      },
      SETTLED_WITHIN_MS,
    )
  }
  const hook = (url: string, changes: Partial<CreateWebhook> = {}) =>
    createWebhook(context, { name: 'on call', kind: 'json', url, events: [...ALERT_TYPES], ...changes })
  const deliveriesOf = async (webhookId: string) => (await listDeliveries(context, { webhookId })).deliveries
  return { context, run, hook, deliveriesOf }
}
