import { lockTaskRows } from '#lib/ledger/core/change.ts'
import { appendEventsReturning } from '#lib/ledger/core/events.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import { toEvent } from '#lib/ledger/core/record-rows.ts'
import type { NoteTask } from '#lib/task/commands.ts'
import type { TaskEvent } from '#lib/task/schema.ts'

/** Appends a note. A sealed task takes notes too: they change nothing but the history. */
export const noteTask = operation<NoteTask, TaskEvent>(
  'noteTask',
  ({ taskId }) => taskId,
  function* (transaction, requests) {
    const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
    const events = yield* appendEventsReturning(
      transaction,
      requests
        .filter(({ command }) => rows.has(command.taskId))
        .map(({ context, command }) => ({
          type: 'task.noted',
          actor: context.actor,
          taskId: command.taskId,
          attempt: rows.get(command.taskId)?.attempt || null,
          reason: command.text,
          data: context.operationId ? { operationId: context.operationId } : {},
        })),
    )
    const byTask = new Map(events.map((row) => [row.task_id as string, toEvent(row)]))
    return requests.map(({ command: { taskId } }) => {
      const event = byTask.get(taskId)
      return event ? done(event) : refused('not_found', `no task has the id ${taskId}`, { taskId })
    })
  },
)
