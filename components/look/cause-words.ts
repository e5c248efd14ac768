import { END_CAUSES, type EndCause } from '#lib/task/terms.ts'

/** By whom or what an attempt ended, in short. A new cause does not compile until it has a line here. */
export const CAUSE_WORDS: Record<EndCause, string> = {
  proven: 'Process gone',
  suspected: 'Lease',
  declared: 'Declared dead',
  replaced: 'Replaced',
  shutdown: 'Shutdown',
  dropped: 'Dropped',
  silent: 'No progress',
  reported: 'Its report',
  operator: 'An operator',
  adopted: 'Report adopted',
}

export function causeWord(cause: string): string {
  const known = END_CAUSES.find((each) => each === cause)
  return known === undefined ? cause : CAUSE_WORDS[known]
}
