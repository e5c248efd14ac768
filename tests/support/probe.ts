/**
 * Looks at one statement of the ledger by itself. Beside the crowd's bystanders a world is made in which it finds what it
 * should; then each fact is made wrong by itself, and it must find something else, mostly nothing. All of it is one
 * transaction whose parts are undone, so that a probe costs next to nothing.
 */
import { expect, it } from 'vitest'
import { attempt } from '#lib/db/savepoint.ts'
import { run, statements } from '#lib/db/statement.ts'
import type { Dialect, Input, Plan, Row, Statement } from '#lib/db/types.ts'
import { inTransaction } from './alone.ts'
import { seedCrowd } from './crowd.ts'
import { forEachDialect, type Table as LedgerTable } from './ledger.ts'

type Table = LedgerTable | 'tokens' | 'sign_ins' | 'sign_in_tries'

/** SQL that makes a fact wrong, or other columns of the input; or several of them. */
type Change = string | Input | readonly (string | Input)[]

export interface Probe {
  /** SQL that makes the world in which it finds its rows. */
  readonly given?: readonly string[]
  readonly input?: Input
  /** The columns of its answer that tell what it found; without them the rows that it wrote tell. */
  readonly reads?: string
  readonly writes?: Table
  /** Columns of the written rows that are told, too. */
  readonly shows?: string
  /** What it finds, told without the `crowd-` of every id, in the order of letters. */
  readonly finds: readonly string[]
  /** The table whose rows it locks, where many may write: those that it finds, unless others are named. */
  readonly locks?: Table
  readonly locked?: readonly string[]
  /** Where PostgreSQL answers by what all other transactions of the server do. */
  readonly sqliteOnly?: boolean
  /** A change, and what is found after it instead. */
  readonly unless?: readonly (readonly [Change, ...string[]])[]
}

const KEYS: Partial<Record<Table, string>> = {
  task_attempts: 'task_id, attempt',
  task_events: 'type, task_id',
  task_output: 'task_id, attempt, stream, sequence',
  late_reports: 'task_id, attempt, id',
  checkpoints: 'task_id, attempt, turn',
  compensations: 'task_id, id',
  incident_workers: 'worker_id',
  operation_items: 'operation_id, place',
  audit_log: 'seq',
  rollups: 'span_ms, bucket, outcome',
  view_defaults: 'owner',
  sign_in_tries: 'key',
}
const keyOf = (table: Table) => KEYS[table] ?? 'id'

/** Each probe by the name of its statement; a second one of a statement has a word more. */
export function probeAll(name: string, probes: Readonly<Record<string, Probe>>): void {
  forEachDialect(name, (open, dialect) => {
    const here = Object.entries(probes).filter(([, probe]) => dialect === 'sqlite' || !probe.sqliteOnly)
    it.each(here)('%s finds what it is asked for, and nothing else', async (title, probe) => {
      const ledger = await open()
      await seedCrowd(ledger.sql)
      const query = statementOf(title.split(' ')[0] ?? '')
      await inTransaction(ledger, function* () {
        const all: readonly (readonly [Change, ...string[]])[] = [['', ...probe.finds], ...(probe.unless ?? [])]
        for (const [change, ...finds] of all) {
          expect([change, yield* undone(look(query, probe, change))]).toEqual([change, finds])
        }
        if (!probe.locks || dialect === 'sqlite') return
        expect(yield* undone(lookAtLocks(query, probe, probe.locks))).toEqual(probe.locked ?? probe.finds)
      })
    })
  })
}

function statementOf(name: string): Statement {
  const found = statements.find((one) => one.name === name)
  if (!found) throw new Error(`the ledger has no statement ${name}`)
  return found
}

function* look(query: Statement, probe: Probe, change: Change): Plan<string[]> {
  const rows = yield* make(query, probe, change)
  if (probe.writes) return yield* written(probe.writes, probe.shows, rows)
  return tell(yield* rows, probe.reads ?? 'id')
}

/** Makes the world, and answers the statement, still to be run. */
function* make(query: Statement, probe: Probe, change: Change): Plan<Plan<Row[]>> {
  for (const text of probe.given ?? []) yield* byHand(text)
  let input = probe.input ?? {}
  for (const part of [change].flat()) {
    if (typeof part !== 'string') input = { ...input, ...part }
    else if (part !== '') yield* byHand(part)
  }
  return run(query, [input])
}

/** The rows that were changed, made or deleted. */
function* written(table: Table, shows: string | undefined, work: Plan<Row[]>): Plan<string[]> {
  const before = yield* byHand(`SELECT * FROM ${table}`)
  yield* work
  const after = yield* byHand(`SELECT * FROM ${table}`)
  const texts = (rows: readonly Row[]) => new Set(rows.map((row) => JSON.stringify(row)))
  const [old, young] = [texts(before), texts(after)]
  const changed = after.filter((row) => !old.has(JSON.stringify(row)))
  const keyText = (row: Row) =>
    keyOf(table)
      .split(', ')
      .map((column) => row[column])
      .join()
  const known = new Set(changed.map(keyText))
  const gone = before.filter((row) => !young.has(JSON.stringify(row)) && !known.has(keyText(row)))
  return tell([...changed, ...gone], shows ? `${keyOf(table)}, ${shows}` : keyOf(table))
}

/** PostgreSQL writes into a row who has locked it last. */
function* lookAtLocks(query: Statement, probe: Probe, table: Table): Plan<string[]> {
  const work = yield* make(query, probe, '')
  const read = () => byHand(`SELECT ${keyOf(table)}, xmax FROM ${table}`)
  const before = new Set((yield* read()).map((row) => JSON.stringify(row)))
  // What made the world may hold locks on it; a part of its own has a number of its own.
  yield* byHand('SAVEPOINT locks')
  yield* work
  const after = yield* read()
  return tell(
    after.filter((row) => !before.has(JSON.stringify(row))),
    keyOf(table),
  )
}

function tell(rows: readonly Row[], columns: string): string[] {
  const names = columns.split(', ')
  return rows.map((row) => names.map((name) => textOf(row[name])).join(' ')).sort()
}

function textOf(value: unknown): string {
  // What is true is 1 in SQLite.
  return String(typeof value === 'boolean' ? Number(value) : value).replaceAll('crowd-', '')
}

function* byHand(text: string): Plan<Row[]> {
  const typed: Statement = {
    name: 'typed by hand',
    text: (_dialect: Dialect) => text,
    columns: () => [],
    packed: () => [],
    textFor: () => undefined,
  }
  return yield { statement: typed, input: [{}] }
}

class Undone extends Error {
  readonly found: string[]
  constructor(found: string[]) {
    super('looked at, and undone')
    this.found = found
  }
}

/** Runs a part and takes back what it did. */
function* undone(part: Plan<string[]>): Plan<string[]> {
  function* thrown(): Plan<never> {
    throw new Undone(yield* part)
  }
  const result = yield* attempt(thrown())
  if (result.ok) throw new Error('what is undone throws')
  if (result.error instanceof Undone) return result.error.found
  throw result.error
}
