/**
 * What the ledger knows of a database. Two dialects implement it; nothing above this folder knows which one runs.
 *
 * An operation is a generator that yields its statements and gets their rows back. The SQLite dialect drives it
 * without ever awaiting, inside BEGIN IMMEDIATE; the PostgreSQL dialect awaits each statement. One text, two engines.
 */

import type { Records } from './prisma.ts'

export type Row = Record<string, unknown>
/** One row of the JSON array that a statement takes as its only data parameter. */
export type Input = Readonly<Record<string, unknown>>

/** The fragments in which the two dialects differ. Each implementation gives its reason. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql'
  /** The instant that guards compare with, in epoch milliseconds. */
  readonly now: string
  /**
   * The statement's input as a table: `columns` is a list such as `task_id text, attempt integer, data json`. Those in
   * `common` have one value in all rows, which then is not in the rows.
   */
  rows(columns: string, common?: readonly string[]): string
  /** The columns of a table that a SELECT reads whole and by the thousand, of a list as above. */
  whole(alias: string, columns: string): string
  /** The value at a place in the first row of the input, for a LIMIT. */
  scalar(place: number, type: string): string
  /** Names the index that a table in FROM is to be read by, where the planner would take another one. */
  by(index: string): string
  /** The same number to sort by, but as no index has it: the rows are found by their condition, and sorted then. */
  unindexed(column: string): string
  /** Joins the rows of a table that have a column in common with each row so far, by an index and row by row. */
  lookUp(table: string, alias: string, column: string, value: string): string
  /** Locks the rows `t` of a SELECT for change; rows that another transaction holds are passed over. */
  readonly lockSkipping: string
  /** Locks the rows `t` of a SELECT for change. */
  readonly lock: string
  /** Keeps the rows `w` of a SELECT as they are, without keeping other readers out. */
  readonly lockShared: string
  /** True when every element of the JSON array `needed` is in the JSON array `offered`. */
  contains(offered: string, needed: string): string
  /** True when a JSON column holds an object, whatever a hand has made of it. */
  isObject(column: string): string
  /** The text under a key of a JSON object column, the key given as an SQL expression; null when it is not there. */
  text(column: string, key: string): string
  /** Case-insensitive LIKE; the pattern escapes `%` and `_` with a backslash. */
  matches(column: string, pattern: string): string
  /** The last characters of a text column. */
  tail(column: string, length: number): string
  /** The greater of two numbers. */
  greatest(left: string, right: string): string
  /** How many transactions a long job may have under way at once. */
  readonly sideBySide: number
  /** The columns that sort events in the order of their commits. */
  readonly eventOrder: string
  /** The guard `after a cursor, and settled`, of the two columns of a cursor. */
  eventsAfter(transaction: string, id: string): string
  /** A query for the cursor behind which everything is still to come. */
  readonly eventsEnd: string
}

/** A statement with a name: crash points, plans and logs speak of it by that name. */
export interface Statement {
  readonly name: string
  readonly text: (dialect: Dialect) => string
  /** The columns of its input, in the order in which its text takes them. */
  readonly columns: (dialect: Dialect) => readonly string[]
  /** Its text for an input in which these columns have one value; undefined where it asks for places in the input. */
  readonly textFor: (dialect: Dialect, common: readonly string[]) => string | undefined
  /** The columns of its rows that SQLite gives in one text; see `whole`. */
  readonly packed: (dialect: Dialect) => readonly string[]
}

export interface Query {
  readonly statement: Statement
  readonly input: readonly Input[]
}

/** What an operation knows while its transaction is open. `now` is the transaction's one instant. */
export interface Transaction {
  readonly now: number
}

/** An operation under way: yields queries, takes their rows, returns what it came to. */
export type Plan<T> = Generator<Query, T, Row[]>

export type Refusal = { readonly ok: false; readonly error: Error }
/** What an act changed, for the audit log. */
export type Change = { readonly before: object | null; readonly after: object | null }
export type Result<T> = { readonly ok: true; readonly value: T; readonly change?: Change } | Refusal

/** A unit of work that takes many requests at once and answers each of them. */
export interface Work<Request, Value> {
  readonly name: string
  /** Two requests with the same key never meet in one call of the plan: the later one waits for the next round. */
  key(request: Request): string
  plan(transaction: Transaction, requests: readonly Request[]): Plan<Result<Value>[]>
}

/** The database's clock, or a test's. In epoch milliseconds. */
export type Clock = () => number

/** Told of each commit: the work, and how many requests shared it. */
export type OnRound = (work: string, requests: number) => void

export interface Database {
  readonly dialect: Dialect
  readonly url: string
  /** The same tables through Prisma's models: for reads of records, and writes that need no other than their own row. */
  readonly records: Records
  /**
   * Runs requests. Those of the same work that arrive while a commit is under way are done together in the next one;
   * each caller is answered after its commit. Never rejects: a failure of the database is a result as well.
   */
  write<Request, Value>(work: Work<Request, Value>, requests: readonly Request[]): Promise<Result<Value>[]>
  /** Runs one read outside any transaction. `$1` and so on are positional. */
  read(text: string, parameters?: readonly unknown[]): Promise<Row[]>
  /**
   * The same for a read that may take long, such as a search, a chart or a count: it holds up neither writes nor other
   * reads, and has a limit of time. Rejected as unavailable when too many of them wait.
   */
  readAside(text: string, parameters?: readonly unknown[]): Promise<Row[]>
  now(): Promise<number>
  /** Calls back soon after commits, of this process or another one, with the works that took part. Returns how to stop. */
  onCommit(listener: (works: ReadonlySet<string>) => void): () => void
  close(): Promise<void>
}
