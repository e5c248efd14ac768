import { ERRORS, isTaskError } from '#lib/task/errors.ts'
import type { Problem } from '#lib/task/schema.ts'

/** problem+json of an error: its line in the table, what was met, and the facts. A bug tells its caller nothing but its number. */
export function toProblem(error: unknown, requestId: string): Problem & Record<string, unknown> {
  const code = isTaskError(error) ? error.code : 'internal'
  const { status, title, advice } = ERRORS[code]
  return {
    ...(isTaskError(error) ? error.facts : {}),
    type: `urn:rollcall:error:${code}`,
    code,
    title,
    status,
    detail: isTaskError(error) ? error.message : 'something went wrong that should not be able to',
    advice,
    requestId,
  }
}
