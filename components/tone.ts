/** A tone says what a state means for the reader. Classes stand whole, so that the style sheet is made from them. */
export type Tone = 'run' | 'wait' | 'warn' | 'bad' | 'good' | 'plum' | 'teal' | 'mute'

export const WORDS: Record<Tone, string> = {
  run: 'text-run-fg',
  wait: 'text-wait-fg',
  warn: 'text-warn-fg',
  bad: 'text-bad-fg',
  good: 'text-good-fg',
  plum: 'text-plum-fg',
  teal: 'text-teal-fg',
  mute: 'text-mute-fg',
}

export const TINTS: Record<Tone, string> = {
  run: 'bg-run-bg text-run-fg',
  wait: 'bg-wait-bg text-wait-fg',
  warn: 'bg-warn-bg text-warn-fg',
  bad: 'bg-bad-bg text-bad-fg',
  good: 'bg-good-bg text-good-fg',
  plum: 'bg-plum-bg text-plum-fg',
  teal: 'bg-teal-bg text-teal-fg',
  mute: 'bg-mute-bg text-ink-2',
}
