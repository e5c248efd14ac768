/**
 * A database under a simulation: the real schema and the real statements. All schedules run inside one transaction that
 * is rolled back behind each of them, so that the next begins with an empty ledger; what the ledger takes for its
 * transactions are savepoints within it.
 */
import type { Dialect, Plan, Row, Statement, Transaction } from '#lib/db/types.ts'

/** A server that was killed: whatever it had under way is over, and nobody gets an answer. */
export class Killed extends Error {}

/** What a plan passes on its way. Throws `Killed` to end the server there. */
export type Passed = (point: string) => void

export interface Engine {
  readonly dialect: Dialect
  /** Runs a plan to its commit; a plan that throws, or is killed, leaves nothing behind. */
  transact<T>(now: number, plan: (transaction: Transaction) => Plan<T>, passed: Passed): T | Promise<T>
  read(now: number, text: string, parameters: readonly unknown[]): Row[] | Promise<Row[]>
  /** Whether a row may have changed since this was asked last. */
  changed(): boolean | Promise<boolean>
  /** Back to an empty ledger. */
  reset(): void | Promise<void>
  close(): void | Promise<void>
}

/** Changes the text of a statement: how a known bug is put into the ledger, to see whether the simulation finds it. */
export type Rewrite = (statement: Statement, text: string) => string

export const asWritten: Rewrite = (_statement, text) => text
