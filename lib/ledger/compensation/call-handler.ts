/** Calls the HTTP handler of a step. Signed, with the step's own idempotency key, bounded in time and in size. */
import { createHmac } from 'node:crypto'
import { keyOf } from './step-runner.ts'
import type { StepOrder } from './take-steps.ts'

export interface Handler {
  readonly url: string
  /** Without one the call is not signed. */
  readonly secret?: string | undefined
  readonly timeoutMs: number
}

/** Of an answer that says no, this much is told. */
const ANSWER_BYTES = 200

/** Null when the handler says that the step is undone (any 2xx); otherwise why it is not. */
export async function callHandler(order: StepOrder, handler: Handler): Promise<string | null> {
  const body = JSON.stringify(bodyOf(order))
  try {
    const response = await fetch(handler.url, {
      method: 'POST',
      body,
      headers: { ...headersOf(order), ...signature(order, body, handler.secret) },
      // A redirect would carry the signed call to where nobody configured it to go.
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(handler.timeoutMs),
    })
    if (response.ok) {
      await response.body?.cancel()
      return null
    }
    const told = await beginningOf(response)
    return `HTTP ${response.status}${response.status >= 300 && response.status < 400 ? ', a redirect, is not followed' : ''}${told === '' ? '' : `: ${told}`}`
  } catch (error) {
    return reasonOf(error, handler.timeoutMs)
  }
}

function bodyOf({ step, title }: StepOrder) {
  const { id, taskId, attempt, kind, target, reason, tries } = step
  return { taskId, title, compensationId: id, attempt, kind, target, reason, try: tries, idempotencyKey: keyOf(step) }
}

function headersOf({ step, at }: StepOrder): Record<string, string> {
  return {
    'content-type': 'application/json',
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

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  let bytes = new Uint8Array()
  while (bytes.length < ANSWER_BYTES) {
    const { value, done } = await reader.read()
    if (done) break
    bytes = Buffer.concat([bytes, value.subarray(0, ANSWER_BYTES)])
  }
  await reader.cancel()
  const text = new TextDecoder().decode(bytes.subarray(0, ANSWER_BYTES))
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it did not answer within ${timeoutMs} ms`
  // fetch says "fetch failed" and keeps what happened in the cause.
  const { cause } = error
  return cause instanceof Error ? cause.message || String('code' in cause ? cause.code : cause.name) : error.message
}
