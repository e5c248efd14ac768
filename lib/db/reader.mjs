/** The process of `aside.ts`: one connection that cannot write, one statement at a time. It ends with whoever started it. */
import Libsql from 'libsql'

/** Filters make new texts; past this many the oldest is prepared anew. */
const PREPARED_MAX = 200

// A terminal sends these to everybody; the server ends this process when it has no more use for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)

process.on('disconnect', () => process.exit())

const connection = new Libsql(process.argv[2])
connection.exec('PRAGMA busy_timeout = 5000')
connection.exec('PRAGMA query_only = ON')
const prepared = new Map()

process.on('message', ({ text, parameters }) => {
  try {
    const statement = prepare(text)
    const rows = statement.all(parameters)
    // Names once and rows as arrays: half of what objects cost to hand over.
    const columns = statement.columns().map(({ name }) => name)
    answer({ columns, rows })
  } catch (error) {
    answer({ error: { message: error.message, code: error.code } })
  }
})

/** Whoever asked may be gone by now, and this process goes with them. */
function answer(message) {
  process.send(message, () => undefined)
}

function prepare(text) {
  const known = prepared.get(text)
  if (known) return known
  if (prepared.size >= PREPARED_MAX) prepared.delete(prepared.keys().next().value)
  const statement = connection.prepare(text).raw(true)
  prepared.set(text, statement)
  return statement
}
