/** What the command's exit codes mean: the one table, also shown by --help. */
import { InvalidArgumentError } from 'commander'
import { isTaskError } from '#lib/task/errors.ts'
import { isRetryable } from '#lib/worker/retry.ts'

export const EXIT = { ok: 0, refused: 1, usage: 64, unavailable: 69, bug: 70, permission: 77 } as const

const MEANINGS: readonly (readonly [string, string])[] = [
  ['0', 'done; of "run": the command succeeded'],
  ['1', 'the ledger refused it, and says why on stderr'],
  ['64', 'wrong usage'],
  ['69', 'the ledger cannot be reached, or a start could not be put on record'],
  ['70', 'a bug in rollcall'],
  ['77', 'no token, or one that may not do this'],
  ['126, 127', 'of "run": the command cannot be run, or was not found'],
  ['any other', 'of "run": the code of the command itself; 128 + n when signal n ended it'],
]

export const EXIT_CODES_HELP = [
  'Exit codes:',
  ...MEANINGS.map(([code, meaning]) => `  ${code.padEnd(10)} ${meaning}`),
].join('\n')

/** Ends the program with one sentence and a code. */
export class Exit extends Error {
  readonly code: number

  constructor(code: number, sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** The sentence and the code for whatever was thrown. */
export function exitOf(error: unknown): Exit {
  if (error instanceof Exit) return error
  if (error instanceof InvalidArgumentError) return new Exit(EXIT.usage, error.message)
  if (!isTaskError(error))
    return new Exit(EXIT.bug, error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (error.code === 'unauthenticated' || error.code === 'forbidden') {
    return new Exit(EXIT.permission, `${error.message}. Set ROLLCALL_TOKEN to a token that may do this.`)
  }
  if (isRetryable(error)) return new Exit(EXIT.unavailable, error.message)
  return new Exit(error.code === 'validation' ? EXIT.usage : EXIT.refused, `${error.message} (${error.code})`)
}
