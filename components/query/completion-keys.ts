/** What a key does to the list of suggestions. Pure: the list stands in its arguments as it is shown. */

/** Where the choice stands while no option has been moved to. */
export const NOWHERE = -1

export interface Shown {
  /** How many options the list has; none while it is closed. */
  readonly count: number
  /** The one that was moved to, or `NOWHERE`. */
  readonly active: number
  /** Whether something stands already in the place that a choice would take. */
  readonly begun: boolean
}

export type Intent =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'move'; readonly index: number }
  | { readonly kind: 'choose'; readonly index: number }

interface Stroke {
  readonly key: string
  readonly shiftKey: boolean
}

/** Null leaves the key to the box: Enter runs what stands there, Tab goes on to what follows, Esc lets go of it. */
export function intentOf({ key, shiftKey }: Stroke, { count, active, begun }: Shown): Intent | null {
  const step = STEPS[key]
  if (count === 0) return step === undefined ? null : { kind: 'open' }
  if (step !== undefined) return { kind: 'move', index: stepFrom(active, step, count) }
  if (key === 'Escape') return { kind: 'close' }
  const moved = active !== NOWHERE
  if (key === 'Enter' && moved) return { kind: 'choose', index: active }
  if (key === 'Tab' && !shiftKey && (moved || begun)) return { kind: 'choose', index: moved ? active : 0 }
  return null
}

const STEPS: Readonly<Record<string, 1 | -1 | undefined>> = { ArrowDown: 1, ArrowUp: -1 }

/** Round and round: upwards from nowhere is the last. */
function stepFrom(active: number, step: 1 | -1, count: number): number {
  const from = active === NOWHERE && step < 0 ? 0 : active
  return (from + step + count) % count
}
