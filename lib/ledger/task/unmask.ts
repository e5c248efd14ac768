import { run, statement } from '#lib/db/statement.ts'
import { lockTaskRows } from '#lib/ledger/core/change.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { json } from '#lib/ledger/core/rows.ts'
import type { UnmaskTask } from '#lib/task/access-commands.ts'
import type { Unmasked } from '#lib/task/schema.ts'

const readContents = statement(
  'readContents',
  (d) => `SELECT t.id, t.payload, t.artifacts, t.error_message FROM ${d.rows('id text')}
    JOIN task_history AS t ON t.id = c.id`,
)

/** What a task was given and what it left behind, as it stands; that somebody looked, and why, is on record with it. */
export const unmaskTask = operation<UnmaskTask, Unmasked>(
  'unmaskTask',
  ({ taskId }) => taskId,
  function* (transaction, requests) {
    const ids = requests.map(({ command }) => command.taskId)
    const rows = yield* lockTaskRows(ids)
    const known = requests.filter(({ command }) => rows.has(command.taskId))
    yield* appendEvents(
      transaction,
      known.map(({ context, command: { taskId, reason } }) => ({
        ...{ type: 'task.unmasked' as const, actor: context.actor, taskId, reason },
        attempt: rows.get(taskId)?.attempt || null,
      })),
    )
    const contents = yield* run(
      readContents,
      known.map(({ command }) => ({ id: command.taskId })),
    )
    const byTask = new Map(contents.map((row) => [row.id, row]))
    return requests.map(({ command: { taskId } }) => {
      const row = byTask.get(taskId)
      if (!row) return refused('not_found', `no task has the id ${taskId}`, { taskId })
      const errorMessage = row.error_message as string | null
      return done({ payload: json(row.payload), artifacts: json(row.artifacts), errorMessage })
    })
  },
)
