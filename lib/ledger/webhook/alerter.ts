/**
 * Invariant: at most `concurrency` deliveries are under way in this process, each outside of any transaction, and a
 * receiver that hangs holds up neither the others nor the sweep. What a stop leaves under way is taken again.
 */
import type { Context } from '#lib/ledger/core/context.ts'
import { type Allowance, allowanceOf, type Resolve, resolveByDns } from './addresses.ts'
import { followHistory } from './follow.ts'
import type { SendMail } from './mail.ts'
import { jsonBody, mailOf, signatureOf, slackBody } from './message.ts'
import { type Answer, post } from './post.ts'
import { endTry, forgetDeliveries, type Order, takeDeliveries } from './queue.ts'

export interface AlerterOptions {
  readonly pollMs: number
  readonly sweepMs: number
  /** Where people reach the pages, for the links in alerts. */
  readonly baseUrl: string
  readonly sendMail: SendMail
  readonly resolve?: Resolve
  onError(error: unknown): void
}

export interface Alerter {
  /** Looks once, and waits for what it has sent. */
  runOnce(): Promise<void>
  stop(): Promise<void>
}

const KEEP_MS = 30 * 86_400_000
const FORGET_EVERY_MS = 3_600_000

export function startAlerter(context: Context, options: AlerterOptions): Alerter {
  const { concurrency, allow } = context.policy.settings.webhooks
  const allowance = allowanceOf(allow)
  const calls = new Set<Promise<void>>()
  let looking: Promise<void> | null = null
  let stopped = false
  let failing = false
  let forgotAt = 0

  async function look(): Promise<void> {
    try {
      await followHistory(context, options.sweepMs)
      await forget()
      const free = concurrency - calls.size
      if (free > 0) for (const order of await takeDeliveries(context, { max: free })) start(order)
      failing = false
    } catch (error) {
      // Once an edge, as the sweeper does.
      if (!failing) options.onError(error)
      failing = true
    }
  }

  async function forget(): Promise<void> {
    const now = await context.db.now()
    if (now - forgotAt < FORGET_EVERY_MS) return
    forgotAt = now
    await forgetDeliveries(context, { before: now - KEEP_MS })
  }

  function start(order: Order): void {
    const call = deliver(context, order, options, allowance)
      .catch(options.onError)
      .finally(() => {
        calls.delete(call)
      })
    calls.add(call)
  }

  function soon(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null
    })
    return looking
  }

  const timer = setInterval(() => void (stopped || soon()), options.pollMs)
  timer.unref()
  return {
    async runOnce() {
      await soon()
      await Promise.all(calls)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await looking
      await Promise.all(calls)
    },
  }
}

async function deliver(context: Context, order: Order, options: AlerterOptions, allowance: Allowance): Promise<void> {
  const startedAt = performance.now()
  const answer = await send(context, order, options, allowance)
  await endTry(context, { delivery: order.delivery, answer, durationMs: performance.now() - startedAt })
}

async function send(context: Context, order: Order, options: AlerterOptions, allowance: Allowance): Promise<Answer> {
  const { delivery, kind, url, secrets } = order
  const { timeoutMs } = context.policy.settings.webhooks
  const { baseUrl, sendMail, resolve = resolveByDns } = options
  if (kind === 'email') return sendMail({ to: url, ...mailOf(delivery, baseUrl) }, timeoutMs)
  const body = kind === 'slack' ? slackBody(delivery, baseUrl) : jsonBody(delivery, baseUrl)
  // Of the sending, as receivers refuse what is old; the ledger's own clock.
  const timestamp = Math.floor((await context.db.now()) / 1000)
  const signed = {
    'webhook-id': delivery.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(secrets, delivery.id, timestamp, body),
  }
  return post({ url, body, headers: kind === 'json' ? signed : {}, timeoutMs, allowance, resolve })
}
