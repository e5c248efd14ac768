import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Row, Transaction } from '#lib/db/types.ts'
import { type Act, writeActs } from '#lib/ledger/core/act.ts'
import { lockTaskRows, readTaskRecords } from '#lib/ledger/core/change.ts'
import { sealedResult } from '#lib/ledger/core/fence.ts'
import { done, operation, type Request, refused } from '#lib/ledger/core/operation.ts'
import type { TaskRow } from '#lib/ledger/core/rows.ts'
import { aftermath } from '#lib/ledger/recovery/aftermath.ts'
import { type KnownFacts, readFacts } from '#lib/ledger/recovery/facts.ts'
import { uncompensated } from '#lib/ledger/recovery/judge-finish.ts'
import type { ReleaseTask } from '#lib/task/act-commands.ts'
import { maskSecrets } from '#lib/task/redact.ts'
import type { Task } from '#lib/task/schema.ts'
import { createSuccessors, readSuccessors } from './successor.ts'

type ReleaseInTurn = ReleaseTask & {
  /** How long it waits behind others that are released with it. */
  readonly pacedMs?: number
  /** Only what is held with a reason that begins so: somebody may hold it for another one by now. */
  readonly heldFor?: string
}

/**
 * Lets a held task go on: one that waits may be taken again, one that was interrupted or failed is put before its
 * strategy anew. A quarantined task stays sealed and comes back as a new one, which the answer is then.
 */
export const releaseTask = operation<ReleaseInTurn, Task>(
  'releaseTask',
  ({ taskId }) => taskId,
  release,
  (command) => ({ ...command, reason: maskSecrets(command.reason) }),
)

const readLastAttempts = statement(
  'readLastAttempts',
  (d) => `SELECT a.task_id, a.worker_id, a.status, a.cause, a.error_class, a.error_message
    FROM ${d.rows('task_id text, attempt integer')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt`,
)

type Released = Act | { readonly ok: true; readonly successorId: string }

function* release(transaction: Transaction, requests: readonly Request<ReleaseInTurn>[]): Plan<Result<Task>[]> {
  const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
  const all = [...rows.values()]
  const facts = yield* readFacts(all)
  const attempts = yield* run(
    readLastAttempts,
    all.map(({ id, attempt }) => ({ task_id: id, attempt })),
  )
  const last = new Map(attempts.map((row) => [row.task_id as string, row]))
  const successors = yield* readSuccessors(all.flatMap(({ id, status }) => (status === 'quarantined' ? [id] : [])))
  const judged = requests.map((request) => {
    const { taskId } = request.command
    const row = rows.get(taskId)
    const decision: Released = row
      ? decide(transaction, request, row, {
          facts: facts.get(taskId),
          last: last.get(taskId),
          successor: successors.get(taskId),
        })
      : refused('not_found', `no task has the id ${taskId}`, { taskId })
    return { request, row, decision }
  })
  yield* writeActs(
    transaction,
    judged.flatMap((one) => ('successorId' in one.decision ? [] : [{ ...one, decision: one.decision }])),
  )
  yield* createSuccessors(
    transaction,
    judged.flatMap(({ request, decision }) =>
      'successorId' in decision ? [{ request, successorId: decision.successorId }] : [],
    ),
  )
  const idOf = ({ request, decision }: (typeof judged)[number]) =>
    'successorId' in decision ? decision.successorId : request.command.taskId
  const tasks = yield* readTaskRecords(judged.map(idOf))
  return judged.map((one) => {
    if (!one.decision.ok) return one.decision
    const task = tasks.get(idOf(one))
    return task ? done(task) : { ok: false, error: new Error(`task ${idOf(one)} was released and is not there`) }
  })
}

interface Known {
  readonly facts: KnownFacts | undefined
  readonly last: Row | undefined
  readonly successor: string | undefined
}

function decide(transaction: Transaction, request: Request<ReleaseInTurn>, row: TaskRow, known: Known): Released {
  const { context, command } = request
  if (row.status === 'quarantined') {
    if (known.successor === undefined) return { ok: true, successorId: v7() }
    const facts = { status: row.status, successorId: known.successor }
    return refused('invalid_transition', `it was released already, as task ${known.successor}`, facts)
  }
  if (row.sealed_at !== null) return sealedResult(row)
  const recoverable = row.status === 'interrupted' || row.status === 'failed'
  if (row.held_at === null && !(recoverable && row.next_action === 'hold')) {
    return refused('invalid_transition', `the task is ${row.status} and nothing holds it back`, { status: row.status })
  }
  const event = { type: 'task.released', reason: command.reason } as const
  const free = { held_at: null, next_action: null, next_at: null, next_reason: null }
  if (command.heldFor !== undefined && !row.next_reason?.startsWith(command.heldFor)) {
    const facts = { status: row.status }
    return refused('invalid_transition', `it is held for another reason by now: ${row.next_reason}`, facts)
  }
  if (!recoverable) return { ok: true, set: free, event }
  if (row.compensating_since !== null) {
    const next_reason = `${context.actor.name} released it: ${command.reason}`
    return { ok: true, set: { ...free, next_action: 'compensate', next_at: transaction.now, next_reason }, event }
  }
  return judgeAnew(transaction, request, row, known)
}

/** The same question as when its attempt ended, with what is known now. It costs nothing a second time. */
function judgeAnew(
  transaction: Transaction,
  { context, command }: Request<ReleaseInTurn>,
  row: TaskRow,
  known: Known,
): Act {
  const { last, facts } = known
  const end = {
    workerId: String(last?.worker_id ?? ''),
    // Held while it waits and failed by hand: there is no attempt that ended.
    ended: row.status === 'failed' ? ('failed' as const) : ('interrupted' as const),
    cause: String(last?.cause ?? 'reported'),
    error: row.error_class === null ? undefined : { class: row.error_class, message: row.error_message ?? '' },
    blamePpm: 0,
    suspect: Boolean(row.suspect),
    pacedMs: command.pacedMs ?? 0,
  }
  const { verdict, set } = aftermath(transaction, context.policy, row, end, facts)
  const sealing = set.sealed_at != null
  if (set.status === 'failed' && sealing && row.side_effects && (facts?.compensations ?? []).length === 0) {
    return { ok: false, error: uncompensated(row) }
  }
  const kept = { interrupted_at: row.interrupted_at, finished_at: sealing ? transaction.now : row.finished_at }
  return {
    ok: true,
    set: { ...set, ...kept, held_at: null, ...(sealing ? { reason: verdict?.reason ?? row.reason } : {}) },
    event: { type: 'task.released', reason: command.reason, data: { next: verdict?.action ?? 'cancelled' } },
  }
}
