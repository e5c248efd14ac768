/**
 * What the ledger knows of a database. Two dialects implement it; nothing above this folder knows which one runs.
 *
 * An operation is a generator that yields its statements and gets their rows back. The SQLite dialect drives it
 * without ever awaiting, inside BEGIN IMMEDIATE; the PostgreSQL dialect awaits each statement. One text, two engines.
 */

export type Row = Record<string, unknown>
/** One element of the JSON array that a statement takes as its only data parameter. */
export type Input = Readonly<Record<string, unknown>>

/** The fragments in which the two dialects differ. Each implementation gives the reason beside it. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql'
  /** The instant that guards compare with, in epoch milliseconds. */
  readonly now: string
  /** The statement's input as a table: `columns` is a list such as `task_id text, attempt integer, data json`. */
  rows(columns: string): string
  /** Locks the rows of a SELECT until the end of the transaction; what another transaction holds is passed over. */
  readonly lockSkipping: string
  /** Locks the rows of a SELECT against change, not against other readers. */
  readonly lockShared: string
  /** Locks the rows of a SELECT for change. */
  readonly lock: string
  /** True when every element of the JSON array `needed` is in the JSON array `offered`. */
  contains(offered: string, needed: string): string
  /** The elements of a JSON array as a table with one column named `value`. */
  elements(array: string): string
  /** The text under `key` of a JSON object column; null when it is not there. */
  text(column: string, key: string): string
  /** Case-insensitive substring match with `%` and `_` escaped by a backslash. */
  matches(column: string, pattern: string): string
  /** True for events whose order can no longer change: nothing can still commit before them. */
  readonly settled: string
}

/** A statement with a name: crash points, plans and logs speak of it by that name. */
export interface Statement {
  readonly name: string
  text(dialect: Dialect): string
}

export interface Query {
  readonly statement: Statement
  readonly input: readonly Input[]
}

/** What an operation may use while its transaction is open. `now` is the transaction's one instant. */
export interface Transaction {
  readonly now: number
}

export type Plan<T> = Generator<Query, T, Row[]>

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error }

/** A unit of work that takes many requests at once and answers each of them. */
export interface Work<Request, Value> {
  readonly name: string
  plan(transaction: Transaction, requests: readonly Request[]): Plan<Result<Value>[]>
}

export interface Database {
  readonly dialect: Dialect
  /**
   * Runs one request. Requests of the same work that arrive while a commit is under way are done together in the next
   * one; each caller is answered after its commit. Throws what the work's result says, or the database's own error.
   */
  write<Request, Value>(work: Work<Request, Value>, requests: readonly Request[]): Promise<Result<Value>[]>
  /** Runs one read outside any transaction. `$1` and so on are positional. */
  read(text: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** The database's clock, in epoch milliseconds. */
  now(): Promise<number>
  /** Calls back after commits, of this process or another one. Returns how to stop. */
  onCommit(listener: () => void): () => void
  close(): Promise<void>
}

/** The database's clock, or a test's. */
export type Clock = () => number
