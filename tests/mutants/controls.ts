/** What the runner of a mutant run and the statements of the ledger share, in one process. */
import type { Dialect, Statement } from '#lib/db/types.ts'

export type Render = (dialect: Dialect) => string

export interface Mutant {
  readonly statement: string
  readonly guard: string
}

interface Controls {
  /** The guard that is missing now. */
  active: Mutant | undefined
  /** The names of statements that were run since this was emptied. */
  seen: Set<string>
  /** How each statement is written. */
  readonly renders: Map<Statement, Render>
  /** The file of the ledger in which each name stands. */
  readonly origins: Map<string, string>
}

// The runner and the tests may load this file twice; the object is one.
const place = globalThis as { mutantControls?: Controls }
place.mutantControls ??= {
  active: undefined,
  seen: new Set(),
  renders: new Map(),
  origins: new Map(),
}
export const controls: Controls = place.mutantControls
