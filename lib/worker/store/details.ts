/** Makes a report fit into scarce room: what people need least goes first. */
import { Buffer } from 'node:buffer'

type Details = Record<string, unknown>

/** What is left is a report of its own, or nothing; outcome and exit code are kept elsewhere. */
export function shortenDetails(details: string, maxBytes: number): string {
  if (Buffer.byteLength(details) <= maxBytes) return details
  const parsed = parse(details)
  if (!parsed) return ''
  const { artifacts: _, ...rest } = parsed
  for (const length of [4000, 1000, 200, 40, 0]) {
    const shorter = JSON.stringify(cut(rest, length))
    if (Buffer.byteLength(shorter) <= maxBytes) return shorter
  }
  return ''
}

function cut(details: Details, length: number): Details {
  const { reason, error, ...rest } = details
  const message = isObject(error) && typeof error.message === 'string' ? error.message : undefined
  return {
    ...rest,
    ...(typeof reason === 'string' && length > 0 ? { reason: reason.slice(0, length) } : {}),
    ...(isObject(error) ? { error: { ...error, ...(message ? { message: message.slice(0, length) } : {}) } } : {}),
  }
}

function parse(text: string): Details | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Details {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
