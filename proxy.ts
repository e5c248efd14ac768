/** Before each page: Next reads the nonce out of the request's policy and puts it on the scripts that it writes. */
import { type NextRequest, NextResponse } from 'next/server'
import { mintNonce, pagePolicy } from '#lib/api/page-policy.ts'

export function proxy(request: NextRequest): NextResponse {
  const policy = pagePolicy(mintNonce(), process.env.NODE_ENV === 'development')
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

export const config = { matcher: ['/((?!_next/static|_next/image|api/v1|healthz|readyz|metrics).*)'] }
