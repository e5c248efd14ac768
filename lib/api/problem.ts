import { ERRORS, isTaskError } from '#lib/task/errors.ts'
import type { Problem } from '#lib/task/schema.ts'

/** problem+json of an error: its line in the table, what was met, and the facts. A bug tells its caller nothing but its number. */
export function toProblem(error: unknown, requestId: string): Problem & Record<string, unknown> {
  const code = isTaskError(error) ? error.code : 'internal'
  const { status, title, advice } = ERRORS[code]
  // A problem's own status is that of HTTP, so the one that was met goes by another name.
  const { status: taskStatus, ...facts } = isTaskError(error) ? error.facts : {}
  return {
    ...facts,
    ...(taskStatus === undefined ? {} : { taskStatus }),
    type: `urn:rollcall:error:${code}`,
    code,
    title,
    status,
    detail: isTaskError(error) ? error.message : 'something went wrong that should not be able to',
    advice,
    requestId,
  }
}
