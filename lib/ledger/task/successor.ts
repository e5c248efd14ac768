/** A quarantined task stays sealed for ever; what is released is a new task for the same work, linked to the old one. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Transaction } from '#lib/db/types.ts'
import { appendEvents } from '#lib/ledger/core/events.ts'
import type { Request } from '#lib/ledger/core/operation.ts'
import type { ReleaseTask } from '#lib/task/act-commands.ts'

const findSuccessors = statement(
  'findSuccessors',
  (d) => `SELECT t.id, t.predecessor_id FROM ${d.rows('task_id text')}
    JOIN task_history AS t ${d.by('task_history_predecessor')} ON t.predecessor_id = c.task_id`,
)

export function* readSuccessors(taskIds: readonly string[]): Plan<Map<string, string>> {
  const rows = yield* run(
    findSuccessors,
    taskIds.map((task_id) => ({ task_id })),
  )
  return new Map(rows.map((row) => [row.predecessor_id as string, row.id as string]))
}

/** What was asked for, with budgets of its own; nothing of what became of it. A correlation id is unique, so it stays. */
const COPIED = `title, repo, issue_number, "user", agent, agent_type, model, provider, payload, labels, requires, priority,
  max_retries, max_interruptions, strategy, progress_timeout_ms, side_effects`

const insertSuccessors = statement(
  'insertSuccessors',
  (d) => `INSERT INTO task_history (id, predecessor_id, status, created_at, updated_at, ${COPIED})
    SELECT c.id, t.id, 'queued', c.at, c.at, ${COPIED.split(',')
      .map((name) => `t.${name.trim()}`)
      .join(', ')}
    FROM ${d.rows('id text, predecessor_id text, at bigint')} JOIN task_history AS t ON t.id = c.predecessor_id
    WHERE t.status = 'quarantined'`,
)

export function* createSuccessors(
  transaction: Transaction,
  releases: readonly { readonly request: Request<ReleaseTask>; readonly successorId: string }[],
): Plan<void> {
  yield* run(
    insertSuccessors,
    releases.map(({ request, successorId }) => ({
      id: successorId,
      predecessor_id: request.command.taskId,
      at: transaction.now,
    })),
  )
  yield* appendEvents(
    transaction,
    releases.flatMap(({ request: { context, command }, successorId }) => [
      {
        type: 'task.released' as const,
        actor: context.actor,
        taskId: command.taskId,
        reason: command.reason,
        data: { successorId },
      },
      {
        type: 'task.created' as const,
        actor: context.actor,
        taskId: successorId,
        toStatus: 'queued' as const,
        reason: command.reason,
        data: { predecessorId: command.taskId },
      },
    ]),
  )
}
