/** A browser that comes with a cookie may have been sent by any page: what of it is believed is said here. */
import { TaskError } from '#lib/task/errors.ts'

type Headers = Readonly<Record<string, string | undefined>>

/** To change something, a page of ours must have sent it, and the browser must say so. */
export function assertOwnOrigin(headers: Headers, publicUrl: string | undefined): void {
  if (headers.origin === undefined || !isOwn(headers.origin, headers, publicUrl)) throw foreign()
}

/** To read, it is enough that the browser does not say that another site asks. */
export function assertOwnReader(headers: Headers, publicUrl: string | undefined): void {
  const { origin, 'sec-fetch-site': site } = headers
  if (origin !== undefined && !isOwn(origin, headers, publicUrl)) throw foreign()
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign()
}

function isOwn(origin: string, headers: Headers, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  // A page of another site can set neither of the two headers.
  return host === (headers['x-forwarded-host'] ?? headers.host) || host === hostOf(publicUrl)
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}

function foreign(): TaskError {
  return new TaskError('forbidden', 'The request was sent from another site.')
}
