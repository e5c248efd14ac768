/** Whether a request may be answered at all: how fast its token, or its address, sends them. */
import type { Actor } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { Settings } from '#lib/task/settings.ts'
import { addressKey, createRateLimit } from './rate-limit.ts'

type Headers = Readonly<Record<string, string | undefined>>

export interface Admission {
  /** Of somebody who is known. */
  admitActor(actor: Actor): void
  /** Of somebody who is not, or who asks for a page. Throws rate_limited. */
  admitAddress(kind: 'page' | 'api', address: string): void
  /** Where a request comes from: what the proxy says, where one stands before the server. */
  addressOf(headers: Headers, peer: string | undefined): string
}

export function createAdmission({ rateLimits }: Settings, isBehindProxy: boolean): Admission {
  const tokens = createRateLimit(rateLimits.tokenPerSecond)
  const addresses = createRateLimit(rateLimits.addressPerSecond)
  return {
    admitActor({ kind, name, tokenId }) {
      refuseFor(tokens.take(`${tokenId ?? `${kind} ${name}`}`, Date.now()), 'this token')
    },
    admitAddress(kind, address) {
      refuseFor(addresses.take(`${kind} ${addressKey(address)}`, Date.now()), 'this address')
    },
    addressOf(headers, peer = 'unknown') {
      // The last entry is the proxy's own; those before it are whatever the sender wrote.
      const forwarded = isBehindProxy ? headers['x-forwarded-for']?.split(',').at(-1)?.trim() : undefined
      return forwarded || peer
    },
  }
}

function refuseFor(seconds: number, whose: string): void {
  if (seconds === 0) return
  throw new TaskError('rate_limited', `${whose} sends more requests than it may`, { retryAfterSeconds: seconds })
}
