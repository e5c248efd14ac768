/**
 * Invariant: of each key, no more than `perSecond` a second pass on average, and never more than `BURST_SECONDS` of that
 * at once. In memory, of this process: with several servers each lets as many pass. The key that was heard of least
 * recently is forgotten first, which only ever lets more pass.
 */
const BURST_SECONDS = 2
const KEYS_MAX = 10_000

export interface RateLimit {
  /** 0 when it passes; otherwise after how many seconds the next one does. */
  take(key: string, nowMs: number): number
}

/** `null` lets everything pass. */
export function createRateLimit(perSecond: number | null): RateLimit {
  if (perSecond === null) return { take: () => 0 }
  const burst = perSecond * BURST_SECONDS
  const buckets = new Map<string, { left: number; atMs: number }>()
  return {
    take(key, nowMs) {
      const known = buckets.get(key) ?? { left: burst, atMs: nowMs }
      const left = Math.min(burst, known.left + (Math.max(0, nowMs - known.atMs) / 1000) * perSecond)
      buckets.delete(key)
      if (buckets.size >= KEYS_MAX) buckets.delete(buckets.keys().next().value ?? '')
      buckets.set(key, { left: left >= 1 ? left - 1 : left, atMs: nowMs })
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond)
    },
  }
}

/** Whoever has one address of IPv6 has its whole /64. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head.split(':').filter(Boolean)
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')].slice(0, 4).join(':')
}
