import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS, isTaskError, TaskError } from '#lib/task/errors.ts'

/** The codes and statuses that other programs are written against. */
const STATUSES = {
  validation: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  duplicate_task: 409,
  invalid_transition: 409,
  sealed_task: 409,
  lease_conflict: 409,
  lease_expired: 409,
  fence_rejected: 409,
  compensation_required: 409,
  retries_exhausted: 409,
  not_before: 409,
  payload_too_large: 413,
  rate_limited: 429,
  reserve_unavailable: 503,
  unavailable: 503,
  internal: 500,
}

describe('the table of errors', () => {
  it('has exactly the codes of the contract with their statuses', () => {
    expect(Object.fromEntries(ERROR_CODES.map((code) => [code, ERRORS[code].status]))).toEqual(STATUSES)
  })

  it.each(ERROR_CODES)('tells for %s what it is and what to do', (code) => {
    expect(ERRORS[code].title).toMatch(/^[A-Z].*[^.]$/)
    expect(ERRORS[code].advice).toMatch(/^[A-Z].*\.$/)
  })
})

describe('a TaskError', () => {
  it('carries its code and what was met', () => {
    const error = new TaskError('lease_conflict', 'held by another', { holder: 'w-1' })
    expect(error).toMatchObject({ name: 'TaskError', code: 'lease_conflict', facts: { holder: 'w-1' } })
    expect(new TaskError('internal', 'x').facts).toEqual({})
  })

  it('is known by its name, since a bundle may hold a copy of its class', () => {
    const copy = Object.assign(new Error('x'), { name: 'TaskError', code: 'internal', facts: {} })
    expect(isTaskError(copy)).toBe(true)
    expect(isTaskError(new Error('x'))).toBe(false)
    expect(isTaskError({ name: 'TaskError', code: 'internal' })).toBe(false)
    expect(isTaskError(undefined)).toBe(false)
  })
})
