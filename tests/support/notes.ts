/** A work that writes rows of a table which has a CHECK, for tests of what carries works. */
import { run, statement } from '#lib/db/statement.ts'
import type { Work } from '#lib/db/types.ts'

export interface Note {
  readonly id: string
  readonly status?: string
  readonly throws?: boolean
}

const insertNotes = statement(
  'insertTestNotes',
  (d) => `INSERT INTO operations (id, action, scope, reason, actor_name, status, created_at)
    SELECT c.id, 'note', '{}', 'test', 'test', c.status, ${d.now} FROM ${d.rows('id text, status text')}`,
)

/** Writes a row for each request. A status that the table does not know breaks a CHECK; `throws` fails after the write. */
export const writeNotes: Work<Note, string> = {
  name: 'writeNotes',
  key: ({ id }) => id,
  *plan(_transaction, requests) {
    yield* run(
      insertNotes,
      requests.map(({ id, status = 'running' }) => ({ id, status })),
    )
    if (requests.some(({ throws }) => throws)) throw new Error('after the write')
    return requests.map(({ id }) => ({ ok: true, value: id }))
  },
}
