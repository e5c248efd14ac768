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
