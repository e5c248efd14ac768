/** Calls the HTTP handler of a step. Signed, with the step's own idempotency key, bounded in time and in size. */
import { createHmac } from 'node:crypto'
import { ANYWHERE, resolveByDns } from '#lib/ledger/webhook/addresses.ts'
import { post } from '#lib/ledger/webhook/post.ts'
import { keyOf } from './step-runner.ts'
import type { StepOrder } from './take-steps.ts'

export interface Handler {
  readonly url: string
  /** Without one the call is not signed. */
  readonly secret?: string | undefined
  readonly timeoutMs: number
}

/** Null when the handler says that the step is undone (any 2xx); otherwise why it is not. */
export async function callHandler(order: StepOrder, handler: Handler): Promise<string | null> {
  const { url, timeoutMs, secret } = handler
  const body = JSON.stringify(bodyOf(order))
  const headers = { ...headersOf(order), ...signature(order, body, secret) }
  // Whoever wrote the configuration has allowed the address by writing it there.
  const { status, text } = await post({ url, body, headers, timeoutMs, allowance: ANYWHERE, resolve: resolveByDns })
  if (status === null) return text
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `HTTP ${status}, a redirect, is not followed`
  return `HTTP ${status}${text === '' ? '' : `: ${text}`}`
}

function bodyOf({ step, title }: StepOrder) {
  const { id, taskId, attempt, kind, target, reason, tries } = step
  return { taskId, title, compensationId: id, attempt, kind, target, reason, try: tries, idempotencyKey: keyOf(step) }
}

function headersOf({ step, at }: StepOrder): Record<string, string> {
  return {
    'idempotency-key': keyOf(step),
    'rollcall-timestamp': String(Math.floor(at / 1000)),
  }
}

/** `sha256=` and the HMAC, in hex, of the timestamp, a dot and the body as it is sent. */
function signature({ at }: StepOrder, body: string, secret: string | undefined): Record<string, string> {
  if (secret === undefined) return {}
  const text = `${Math.floor(at / 1000)}.${body}`
  return { 'rollcall-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}` }
}
