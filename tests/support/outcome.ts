/** "done", or the code of what it was refused with: for calls of which some are refused and some are not. */
export function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'done',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  )
}
