/**
 * Tries to sign in that failed, on the audit record. Invariant: nobody fills the record by guessing. The throttle lets few
 * tries of an account or an address come to a password; of those that have to wait, only the first, tenth, hundredth
 * and so on of an address is entered; and of all together no more than of any other actor.
 */
import type { Context } from '#lib/ledger/core/context.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { recordRefusal } from './audited.ts'

const WINDOW_MS = 15 * 60_000
const ADDRESSES_MAX = 1000

export interface FailedSignIn {
  readonly address: string
  readonly requestId: string
  /** Whose name or token it was, where it is one that the ledger knows. */
  readonly whose: () => Promise<{ readonly kind: 'member' | 'token'; readonly id: string } | null>
  readonly error: unknown
  /** What follows from it for the next ones. */
  readonly more?: string | undefined
}

/** Whoever tries is told why it failed, whether or not it can be written down. */
export async function recordFailedSignIn(context: Context, failed: FailedSignIn, now = Date.now()): Promise<void> {
  const { address, requestId, whose, error, more } = failed
  if (!isTaskError(error)) return
  let detail = `${error.message.replace(/\.$/, '')}, from ${address}${more ? `: ${more}` : ''}`
  if (error.code === 'rate_limited') {
    const count = waiting.count(address, now)
    if (!/^10*$/.test(String(count))) return
    detail += `: number ${count} that this server refused so within 15 minutes`
  }
  const entry = { actor: context.actor, via: 'web' as const, action: 'signIn', requestId, target: await whose() }
  await recordRefusal(context, { ...entry, result: error.code, detail })
}

interface Counts {
  /** Which one this is of its address, within the window of the first. */
  count(address: string, now: number): number
}

function createCounts(): Counts {
  const seen = new Map<string, { readonly since: number; times: number }>()
  return {
    count(address, now) {
      let known = seen.get(address)
      if (!known || now - known.since >= WINDOW_MS) {
        seen.delete(address)
        // The one that began first goes.
        if (seen.size >= ADDRESSES_MAX) seen.delete(seen.keys().next().value ?? '')
        known = { since: now, times: 0 }
        seen.set(address, known)
      }
      known.times += 1
      return known.times
    },
  }
}

const waiting = createCounts()
