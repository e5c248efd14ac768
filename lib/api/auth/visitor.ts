/** Where a browser that signs in comes from. */
import type { Admission } from '#lib/api/admission.ts'
import type { Visitor } from './begin.ts'

/** Set by server.js on every request, over whatever its sender put there: a page of Next does not see the connection. */
const PEER = 'x-rollcall-address'
const ADDRESS_LENGTH = 64

export function visitorOf(header: (name: string) => string | null, admission: Admission): Visitor {
  const forwarded = { 'x-forwarded-for': header('x-forwarded-for') ?? undefined }
  const address = admission.addressOf(forwarded, header(PEER) ?? undefined).slice(0, ADDRESS_LENGTH)
  return { address, agent: header('user-agent') }
}
