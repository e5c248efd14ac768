/**
 * Invariant: of one actor, at most `PER_MINUTE` refusals a minute are entered by this process, and those left out are
 * counted. Nobody fills the log by asking for what is refused anyway.
 */
const PER_MINUTE = 60
const MINUTE_MS = 60_000
const ACTORS_MAX = 1000

export interface RefusalLimit {
  /** Null when it is to be left out; otherwise how many were left out since the last one that was not. */
  admit(actor: string, now: number): number | null
}

export function createRefusalLimit(): RefusalLimit {
  const seen = new Map<string, { since: number; entered: number; leftOut: number }>()
  return {
    admit(actor, now) {
      let known = seen.get(actor)
      if (!known || now - known.since >= MINUTE_MS) {
        // The one that was heard of first goes; each entry is small, and there is no number of actors.
        if (!known && seen.size >= ACTORS_MAX) seen.delete(seen.keys().next().value ?? '')
        known = { since: now, entered: 0, leftOut: known?.leftOut ?? 0 }
        seen.set(actor, known)
      }
      if (known.entered >= PER_MINUTE) {
        known.leftOut += 1
        return null
      }
      known.entered += 1
      const { leftOut } = known
      known.leftOut = 0
      return leftOut
    },
  }
}
