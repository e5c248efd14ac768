/**
 * Enters acts in the transaction that carries them out or refuses them: there is no act without its entry, and no entry
 * of an act that was rolled back.
 */
import type { Plan, Result, Transaction } from '#lib/db/types.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { appendAudit, type NewAuditEntry } from './audit-append.ts'
import { orderOf, reasonOf, targetOf } from './audit-change.ts'
import type { Context } from './context.ts'

interface Request<Command> {
  readonly context: Context
  readonly command: Command
}
type OperationPlan<Command, Value> = (
  transaction: Transaction,
  requests: readonly Request<Command>[],
) => Plan<Result<Value>[]>

/** Of an operation that carries acts out, the same with their entries; of any other, it adds nothing. */
export function auditPlan<Command, Value>(
  name: string,
  plan: OperationPlan<Command, Value>,
): OperationPlan<Command, Value> {
  return function* (transaction, requests) {
    const results = yield* plan(transaction, requests)
    const entries = requests.flatMap((request, index) => {
      const result = results[index]
      return result === undefined ? [] : entriesOf(name, request, result)
    })
    yield* appendAudit(transaction, entries)
    return results
  }
}

function entriesOf<Command>(name: string, request: Request<Command>, result: Result<unknown>): NewAuditEntry[] {
  const { context, command } = request
  const { audit, actor } = context
  if (audit?.action !== name) return []
  const told = { actor, ...audit, target: targetOf(name, command), reason: reasonOf(command) }
  if (result.ok) return [{ ...told, change: result.change ?? orderOf(command) }]
  const { error } = result
  return isTaskError(error) ? [{ ...told, result: error.code, detail: error.message }] : []
}

/** After the commit. What the database could not do was not entered either. */
export function markEntered(name: string, { audit }: Context, results: readonly Result<unknown>[]): void {
  if (audit?.action !== name || results.length === 0) return
  audit.entered = results.every(
    (result) => result.ok || (isTaskError(result.error) && result.error.code !== 'unavailable'),
  )
}
