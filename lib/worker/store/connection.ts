/**
 * One connection to both files of a local store.
 *
 * Invariant: every write is one transaction and on disk when it returns. The store has one process, so a write never
 * waits for another.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type Libsql from 'libsql'
import { TaskError } from '#lib/task/errors.ts'
import { crashPoint } from '../crash-point.ts'
import { OUTPUT_SCHEMA, RESULTS_SCHEMA, SCHEMA_VERSION } from './schema.ts'

type Database = InstanceType<typeof Libsql>
type Value = string | number | null
export type Row = Record<string, Value>

const PAGE_BYTES = 4096

export class Connection {
  readonly #database: Database
  readonly #statements = new Map<string, ReturnType<Database['prepare']>>()

  /** `outputBytes` is what the file of the output may take on disk. */
  static async open(folder: string, outputBytes: number): Promise<Connection> {
    // Loaded when it is needed: a command that keeps nothing starts without it.
    const { default: Driver } = await import('libsql')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const database = new Driver(join(folder, 'results.db'))
    try {
      prepareResults(database)
      attachOutput(database, join(folder, 'output.db'), Math.ceil(outputBytes / PAGE_BYTES))
    } catch (error) {
      database.close()
      throw error
    }
    return new Connection(database)
  }

  private constructor(database: Database) {
    this.#database = database
  }

  all(text: string, ...values: Value[]): Row[] {
    // The driver gives one object a row; what its columns are, the statement says.
    return this.#prepare(text).all(...values) as Row[]
  }

  get(text: string, ...values: Value[]): Row | undefined {
    return this.all(text, ...values)[0]
  }

  /** How many rows it changed. */
  run(text: string, ...values: Value[]): number {
    return this.#prepare(text).run(...values).changes
  }

  /**
   * A write within a write is part of it. A full disk is met with the room that the write-ahead log has already, once
   * what it holds is written back.
   */
  write<T>(step: string, work: () => T): T {
    if (this.#database.inTransaction) return work()
    crashPoint(step, 'before')
    let result: T
    try {
      result = this.#transaction(work)
    } catch (error) {
      if (!isFull(error)) throw error
      this.checkpoint('RESTART')
      result = this.#transaction(work)
    }
    crashPoint(step, 'after')
    return result
  }

  /** A write that promises nothing by itself: it is on disk with the next one that does. */
  writeUnsynced(work: () => void): void {
    this.#database.exec('PRAGMA main.synchronous = OFF')
    try {
      work()
    } finally {
      this.#database.exec('PRAGMA main.synchronous = FULL')
    }
  }

  /** Of the results; bulk output may fail to be written back where the disk is full. */
  checkpoint(mode: 'PASSIVE' | 'RESTART'): void {
    this.#database.prepare(`PRAGMA main.wal_checkpoint(${mode})`).all()
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // Some errors have undone the transaction already.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #prepare(text: string) {
    const known = this.#statements.get(text)
    if (known) return known
    const statement = this.#database.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }
}

/** No room on the disk, or in the quota of the output. */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')
}

function prepareResults(database: Database): void {
  const version = versionOf(database, 'main')
  if (version > SCHEMA_VERSION)
    throw new TaskError('validation', `the local store has version ${version}; expected ${SCHEMA_VERSION} or less`)
  // One in which nothing was received yet promises nothing: the first receipt puts all of it on the disk.
  if (version === 0) database.exec('PRAGMA main.synchronous = OFF')
  database.exec('PRAGMA main.journal_mode = WAL')
  database.exec('PRAGMA foreign_keys = ON')
  database.exec('PRAGMA busy_timeout = 5000')
  if (version === 0) database.exec(`BEGIN IMMEDIATE;${RESULTS_SCHEMA}PRAGMA main.user_version = 1;COMMIT`)
  database.exec('PRAGMA main.synchronous = FULL')
}

/** Damaged output must not keep back the results: it is put aside. */
function attachOutput(database: Database, path: string, pages: number): void {
  try {
    attach(database, path, pages)
  } catch (error) {
    if (!isDamaged(error)) throw error
    const attached = database.prepare('PRAGMA database_list').all().length > 1
    if (attached) database.exec('DETACH output')
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.damaged${suffix}`)
    attach(database, path, pages)
  }
}

function attach(database: Database, path: string, pages: number): void {
  database.prepare('ATTACH ? AS output').run(path)
  // An empty file need not survive a power cut: whatever a first write leaves behind then is made anew.
  database.exec('PRAGMA output.synchronous = OFF')
  database.exec('PRAGMA output.journal_mode = WAL')
  if (versionOf(database, 'output') === 0)
    database.exec(`BEGIN IMMEDIATE;${OUTPUT_SCHEMA}PRAGMA output.user_version = 1;COMMIT`)
  database.exec('PRAGMA output.synchronous = FULL')
  database.prepare(`PRAGMA output.max_page_count = ${pages}`).all()
}

function versionOf(database: Database, schema: 'main' | 'output'): number {
  const [row] = database.prepare(`PRAGMA ${schema}.user_version`).all()
  return typeof row === 'object' && row !== null && 'user_version' in row ? Number(row.user_version) : 0
}

function isDamaged(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(NOTADB|CORRUPT)/.test(code)
}
