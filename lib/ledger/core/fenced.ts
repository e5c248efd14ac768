/** The frame of every write of a worker but the final report: judge the attempt, write, keep a record of refusals. */
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import type { AttemptKey } from './attempts.ts'
import { lockTaskRows } from './change.ts'
import { fence, recordRefusals } from './fence.ts'
import { type Operation, operation, type Request } from './operation.ts'
import type { TaskRow } from './rows.ts'

/** A request whose writer holds the task, with the row of the task as it is locked. */
export interface Accepted<Command> {
  readonly request: Request<Command>
  readonly row: TaskRow
  /** The attempt is over, by an interruption that nobody has taken up. */
  readonly isLate: boolean
}

type Write<Command, Value> = (
  transaction: Transaction,
  accepted: readonly Accepted<Command>[],
) => Plan<Map<Request<Command>, Result<Value>>>

const readHolders = statement(
  'readAttemptHolders',
  (d) => `SELECT a.task_id, a.attempt, a.worker_id FROM ${d.rows('task_id text, attempt integer')}
    JOIN task_attempts AS a ON a.task_id = c.task_id AND a.attempt = c.attempt AND a.status = 'interrupted'`,
)

export interface Fencing<Command> {
  readonly prepare?: (command: Command) => Command
  /** Taken as a late result is: from the worker of the newest attempt, once that was interrupted and until the next begins. */
  readonly isLate?: (command: Command) => boolean
}

/** `tried` tells in the past tense what a refused writer wanted: "sent output". */
export function fencedOperation<Command extends AttemptKey, Value>(
  name: string,
  tried: string,
  write: Write<Command, Value>,
  { prepare, isLate: takesLate = () => false }: Fencing<Command> = {},
): Operation<Command, Value> {
  return operation<Command, Value>(
    name,
    ({ taskId }) => taskId,
    function* (transaction, requests) {
      const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
      const results = new Map<Request<Command>, Result<Value>>()
      const accepted: Accepted<Command>[] = []
      const late = yield* findLate(
        rows,
        requests.filter(({ command }) => takesLate(command)),
      )
      for (const request of requests) {
        const row = rows.get(request.command.taskId)
        const isLate = late.has(request)
        const refusal = isLate ? null : fence(row, request.command)
        if (refusal) results.set(request, refusal)
        else if (row) accepted.push({ request, row, isLate })
      }
      yield* recordRefusals(
        transaction,
        [...results].flatMap(([{ context, command }, result]) => {
          const currentAttempt = rows.get(command.taskId)?.attempt ?? 0
          return result.ok
            ? []
            : [{ writer: command, actor: context.actor, tried, error: result.error, currentAttempt }]
        }),
      )
      for (const [request, result] of yield* write(transaction, accepted)) results.set(request, result)
      return requests.map((request) => results.get(request) ?? unanswered(name))
    },
    prepare,
  )
}

/** What its own worker still has to say of the attempt whose interruption nobody has taken up. */
function* findLate<Command extends AttemptKey>(
  rows: ReadonlyMap<string, TaskRow>,
  requests: readonly Request<Command>[],
): Plan<Set<Request<Command>>> {
  const candidates = requests.filter(({ command: { taskId, attempt } }) => {
    const row = rows.get(taskId)
    return row !== undefined && row.attempt === attempt && (row.status === 'interrupted' || row.status === 'assigned')
  })
  const holders = yield* run(
    readHolders,
    candidates.map(({ command: { taskId, attempt } }) => ({ task_id: taskId, attempt })),
  )
  const holderOf = new Map(holders.map((row) => [row.task_id, row.worker_id]))
  return new Set(candidates.filter(({ command: { taskId, workerId } }) => holderOf.get(taskId) === workerId))
}

function unanswered(name: string): Result<never> {
  return { ok: false, error: new Error(`${name} left a request without an answer`) }
}
