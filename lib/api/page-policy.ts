/** What a browser may do with our pages. Each page has a nonce of its own, without which no script in it runs. */
import { randomBytes } from 'node:crypto'

export function mintNonce(): string {
  return randomBytes(16).toString('base64')
}

/** While the pages are being developed, React evaluates code and Next brings it by a socket. */
export function pagePolicy(nonce: string, isDevelopment = false): string {
  const developing = (more: string) => (isDevelopment ? ` ${more}` : '')
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${developing("'unsafe-eval'")}`,
    // React sets styles of single elements; a style reads nothing and sends nothing with the sources below.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'${developing('ws:')}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
