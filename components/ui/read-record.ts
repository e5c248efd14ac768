const TIMEOUT_MS = 10_000

/**
 * Reads records from the API of the server that the page came from. It answers with the shapes of lib/task/schema.ts,
 * so they are named here, not checked again.
 */
export async function readRecord<T>(
  path: string,
  parameters: Record<string, string>,
  signal?: AbortSignal,
): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const answer = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`, {
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  })
  // Signed out elsewhere, or for too long: the page itself leads to the sign-in, and back.
  if (answer.status === 401) location.reload()
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`)
  return (await answer.json()) as T
}
