/** Turns what came back instead of an answer into the TaskError that it means. */
import { ERROR_CODES, type ErrorCode, TaskError } from '#lib/task/errors.ts'
import type { Answer } from './http.ts'

/** The error of an HTTP answer outside 2xx: the server's own problem+json, or what a proxy put in its place. */
export function refusalOf(base: string, { status, headers, text }: Answer): TaskError {
  const retryAfterMs = retryAfterOf(headers['retry-after'])
  const problem = problemOf(text)
  if (!problem) {
    const target = headers.location
    const detail = target
      ? `${base} redirects to ${target}: set ROLLCALL_URL to where it leads`
      : `${base} answered ${status}, and not as Rollcall does: is ROLLCALL_URL right?`
    return new TaskError('unavailable', detail, { retryAfterMs })
  }
  const { type: _type, code, title, status: _status, detail, advice, ...facts } = problem
  const known = ERROR_CODES.find((each) => each === code) ?? codeOfStatus(status)
  return new TaskError(known, String(detail ?? title ?? code), { ...facts, advice, retryAfterMs })
}

/** The error of a request that got no answer at all. It may have been carried out all the same. */
export function silenceOf(base: string, error: unknown, timeoutMs: number): TaskError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new TaskError('unavailable', `${base} did not answer within ${timeoutMs / 1000} s`)
  }
  if (error instanceof SyntaxError) {
    return new TaskError('unavailable', `${base} did not answer with JSON: is ROLLCALL_URL right?`)
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const why = (code && SILENCES[code]) || (cause instanceof Error && cause.message) || String(error)
  return new TaskError('unavailable', `${base} cannot be reached: ${why}`, { cause: code })
}

const SILENCES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'it does not speak TLS there; is it http:// instead of https://?',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
}

function problemOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'code' in value) return { ...value }
  } catch {
    return undefined
  }
  return undefined
}

function retryAfterOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs)
}

/** For a code that this version does not know: the kind of error that its status stands for. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 413) return 'payload_too_large'
  if (status === 429) return 'rate_limited'
  if (status >= 500) return 'unavailable'
  return status === 409 ? 'invalid_transition' : 'validation'
}
