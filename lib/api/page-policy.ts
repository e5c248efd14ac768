/** What a browser may do with our pages. Each page has a nonce of its own, without which no script in it runs. */
import { randomBytes } from 'node:crypto'

export function mintNonce(): string {
  return randomBytes(16).toString('base64')
}

export function pagePolicy(nonce: string): string {
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    // React sets styles of single elements; a style reads nothing and sends nothing with the sources below.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
