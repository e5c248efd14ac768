import { packedColumns, parseColumns } from './statement.ts'
import type { Dialect } from './types.ts'

export const sqlite: Dialect = {
  name: 'sqlite',
  // One process, one file: the transaction's own instant is bound as the second parameter, and tests inject it.
  now: '?2',
  // A JSON null inside a json column must become an SQL NULL, as all others do by themselves. Materialized, because
  // json_each writes its value out again for every column that is taken from it, and because the planner then begins
  // with these rows: otherwise it goes through all tasks of a status, and for each of them through the whole input.
  rows(columns, common = []) {
    const parsed = parseColumns(columns)
    const places = parsed.map(({ name }) => name).filter((name) => !common.includes(name))
    const selected = parsed.map(({ name, type }) => {
      const arrow = type === 'json' ? '->' : '->>'
      const own = `value${arrow}${places.indexOf(name)}`
      const value = common.includes(name) ? `(SELECT ?3${arrow}${common.indexOf(name)})` : own
      const taken = type === 'json' ? `NULLIF(${value}, 'null')` : value
      // Bound to the rows all the same: the planner would begin with the tasks of a status that it knows beforehand.
      return `${common.includes(name) ? `iif(value IS NULL, NULL, ${taken})` : taken} AS ${name}`
    })
    return `(WITH input AS MATERIALIZED (SELECT value FROM json_each(?1)) SELECT ${selected.join(', ')} FROM input) AS c`
  },
  // The driver takes a third of a microsecond to hand over a value with its name: a row of sixty costs three times as much
  // as the same row in one text.
  whole(alias, columns) {
    const packed = new Set(packedColumns(columns))
    const values = [...packed].map((name) => `${alias}."${name}"`)
    const outside = parseColumns(columns).filter(({ name }) => !packed.has(name))
    return [`json_array(${values.join(', ')}) AS packed`, ...outside.map(({ name }) => `${alias}."${name}"`)].join(', ')
  },
  scalar: (place) => `(?1->>'$[0][${place}]')`,
  // Without statistics the planner takes the index on status wherever a status is named, and goes through all tasks of it.
  by: (index) => `INDEXED BY ${index}`,
  // Reads name their index where it matters.
  unindexed: (column) => column,
  // CROSS keeps the planner from taking the table first.
  lookUp: (table, alias, column, value) => `CROSS JOIN ${table} AS ${alias} ON ${alias}.${column} = ${value}`,
  // There is one writer, which holds the whole file: rows need no locks.
  lockSkipping: '',
  lock: '',
  lockShared: '',
  contains: (offered, needed) =>
    `NOT EXISTS (SELECT 1 FROM json_each(${needed}) AS n WHERE n.value NOT IN (SELECT o.value FROM json_each(${offered}) AS o))`,
  // A column is text to SQLite, which may be no JSON at all.
  isObject: (column) => `CASE WHEN json_valid(${column}) THEN json_type(${column}) = 'object' ELSE false END`,
  text: (column, key) => `(SELECT j.value FROM json_each(${column}) AS j WHERE j.key = ${key})`,
  // LIKE ignores the case of ASCII letters by itself.
  matches: (column, pattern) => `${column} LIKE ${pattern} ESCAPE '\\'`,
  tail: (column, length) => `substr(${column}, -${length})`,
  greatest: (left, right) => `max(${left}, ${right})`,
  // There is one writer, whose transactions take turns with those of others.
  sideBySide: 1,
  // One writer: ids are given out in the order of commits. The first cursor column is PostgreSQL's.
  eventOrder: 'id',
  eventsAfter: (transaction, id) => `${transaction} = ${transaction} AND id > ${id}`,
  eventsEnd: 'SELECT 0 AS transaction_id, COALESCE(MAX(id), 0) AS id FROM task_events',
}
