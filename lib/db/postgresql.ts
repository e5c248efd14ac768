import { parseColumns } from './statement.ts'
import type { Dialect } from './types.ts'

const TYPES: Record<string, string> = { double: 'double precision' }

export const postgresql: Dialect = {
  name: 'postgresql',
  // Volatile on purpose: a statement that waited for a row lock compares with the moment at which it goes on.
  now: 'ledger_now_ms()',
  rows(columns) {
    const selected = parseColumns(columns).map(({ name, type }, place) =>
      type === 'json' ? `NULLIF(e->${place}, 'null') AS ${name}` : `(e->>${place})::${TYPES[type] ?? type} AS ${name}`,
    )
    return `(SELECT ${selected.join(', ')} FROM jsonb_array_elements($1::jsonb) AS e) AS c`
  },
  whole: (alias, columns) =>
    parseColumns(columns)
      .map(({ name }) => `${alias}."${name}"`)
      .join(', '),
  scalar: (place, type) => `($1::jsonb->0->>${place})::${type}`,
  // The planner has statistics, and no way to be told.
  by: () => '',
  // Where a condition lets fewer through than it guesses, it would walk the index of the order past everything there ever was.
  unindexed: (column) => `(${column} + 0)`,
  // It takes thousands of rows for most of a table, and would go through all of it. OFFSET 0 keeps it from merging the two.
  lookUp: (table, alias, column, value) =>
    `CROSS JOIN LATERAL (SELECT * FROM ${table} WHERE ${column} = ${value} OFFSET 0) AS ${alias}`,
  // Many writers: what two of them may want must be locked before it is judged.
  lockSkipping: 'FOR UPDATE OF t SKIP LOCKED',
  lock: 'FOR UPDATE OF t',
  lockShared: 'FOR SHARE OF w',
  contains: (offered, needed) => `(${offered} @> ${needed})`,
  isObject: (column) => `(jsonb_typeof(${column}) = 'object')`,
  text: (column, key) => `(${column} ->> ${key})`,
  // LIKE minds case here.
  matches: (column, pattern) => `${column} ILIKE ${pattern} ESCAPE '\\'`,
  tail: (column, length) => `right(${column}, ${length})`,
  greatest: (left, right) => `GREATEST(${left}, ${right})`,
  // While one waits for the server this process gets the other ready; further lanes stay free for heartbeats.
  sideBySide: 2,
  // Ids are given out before commits, so a lower id may appear later; a transaction's number below the snapshot's xmin
  // cannot. Both together make an order in which nothing is ever skipped.
  eventOrder: 'transaction_id, id',
  eventsAfter: (transaction, id) =>
    `(transaction_id, id) > (${transaction}::bigint, ${id}::bigint) AND transaction_id < ledger_settled()`,
  // Whatever is still under way comes after it, at the price of repeating what has just been committed.
  eventsEnd: 'SELECT ledger_settled() - 1 AS transaction_id, 0 AS id',
}
