/** The frame of every write of a worker but the final report: judge the attempt, write, keep a record of refusals. */
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
}

type Write<Command, Value> = (
  transaction: Transaction,
  accepted: readonly Accepted<Command>[],
) => Plan<Map<Request<Command>, Result<Value>>>

/** `tried` tells in the past tense what a refused writer wanted: "sent output". */
export function fencedOperation<Command extends AttemptKey, Value>(
  name: string,
  tried: string,
  write: Write<Command, Value>,
  prepare?: (command: Command) => Command,
): Operation<Command, Value> {
  return operation<Command, Value>(
    name,
    ({ taskId }) => taskId,
    function* (transaction, requests) {
      const rows = yield* lockTaskRows(requests.map(({ command }) => command.taskId))
      const results = new Map<Request<Command>, Result<Value>>()
      const accepted: Accepted<Command>[] = []
      for (const request of requests) {
        const row = rows.get(request.command.taskId)
        const refusal = fence(row, request.command)
        if (refusal) results.set(request, refusal)
        else if (row) accepted.push({ request, row })
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

function unanswered(name: string): Result<never> {
  return { ok: false, error: new Error(`${name} left a request without an answer`) }
}
