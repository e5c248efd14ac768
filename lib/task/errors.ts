/**
 * Every operating error of Rollcall in one table. An error crosses HTTP whole: the server turns the code into
 * problem+json, the client turns it back. Anything that is not a TaskError is a bug and becomes `internal`.
 */

interface ErrorKind {
  readonly status: number
  readonly title: string
  readonly advice: string
}

export const ERRORS = {
  validation: {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in detail and send it again.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid token',
    advice: 'Send "Authorization: Bearer <token>" with a token that exists and is not revoked.',
  },
  forbidden: {
    status: 403,
    title: 'The token may not do this',
    advice: 'Use a token with a role that allows it, or act only on what your workers hold.',
  },
  not_found: { status: 404, title: 'Nothing with this id', advice: 'Check the id and the path.' },
  duplicate_task: {
    status: 409,
    title: 'The id is taken',
    advice: 'Read the task that has this id, or choose another id.',
  },
  invalid_transition: {
    status: 409,
    title: 'The status does not allow it',
    advice: 'Read the task again; allowedTargets lists what its status allows.',
  },
  sealed_task: {
    status: 409,
    title: 'The task is sealed',
    advice: 'A sealed task never changes. Add a note, or create a new task.',
  },
  lease_conflict: {
    status: 409,
    title: 'Another worker holds it',
    advice: 'Leave it to its holder; it can be taken when its lease is over.',
  },
  lease_expired: {
    status: 409,
    title: 'The lease is over',
    advice: 'Register as a new worker, then reattach the work that still goes on.',
  },
  fence_rejected: {
    status: 409,
    title: 'This attempt is not the current one',
    advice: 'Stop working on it. A final report is kept and an operator can adopt it.',
  },
  compensation_required: {
    status: 409,
    title: 'A side effect is not undone',
    advice: 'Register a compensation, or an explicit "none" with a reason.',
  },
  retries_exhausted: {
    status: 409,
    title: 'No retry is left',
    advice: 'Create a new task if the work is still wanted.',
  },
  not_before: {
    status: 409,
    title: 'Not due yet',
    advice: 'Ask again at notBefore.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 1 MiB a request; split output over several messages.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait for Retry-After seconds, then send it again.',
  },
  reserve_unavailable: {
    status: 503,
    title: 'No room is left for a final result',
    advice: 'Let the outbox drain or raise the spool cap; no new work is taken until then.',
  },
  unavailable: {
    status: 503,
    title: 'The ledger cannot answer now',
    advice: 'Wait for Retry-After seconds, then send it again. Nothing was written.',
  },
  internal: {
    status: 500,
    title: 'A bug in Rollcall',
    advice: 'Look for the request id in the log of the server.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** What was met instead of what was expected: holder, expiry, allowed targets, and so on. */
export type ErrorFacts = Record<string, unknown>

export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: ErrorCode
  readonly facts: ErrorFacts

  constructor(code: ErrorCode, detail: string, facts: ErrorFacts = {}) {
    super(detail)
    this.code = code
    this.facts = facts
  }
}

/** By name, not by class: the server's bundles may each hold a copy of this file. */
export function isTaskError(error: unknown): error is TaskError {
  return error instanceof Error && error.name === 'TaskError' && 'code' in error
}
