/**
 * The one shape of a ledger write: `operation(context, command)`, or `.many(context, commands)` for a batch. Both take
 * the same path as a thousand callers at once: the database hands the plan as many requests as share a commit.
 */
import type { Change, Plan, Refusal, Result, Transaction, Work } from '#lib/db/types.ts'
import type { ErrorCode, ErrorFacts } from '#lib/task/errors.ts'
import { TaskError } from '#lib/task/errors.ts'
import { auditPlan, markEntered } from './audit-plan.ts'
import type { Context } from './context.ts'

export interface Request<Command> {
  readonly context: Context
  readonly command: Command
}

export interface Operation<Command, Value> {
  (context: Context, command: Command): Promise<Value>
  many(context: Context, commands: readonly Command[]): Promise<Result<Value>[]>
  /** The same inside a transaction that is open already: a bulk act does it with its own book-keeping. */
  readonly plan: OperationPlan<Command, Value>
}

export type OperationPlan<Command, Value> = (
  transaction: Transaction,
  requests: readonly Request<Command>[],
) => Plan<Result<Value>[]>

/**
 * `key` tells what a request is about: two about the same thing are never judged by the same statement. `prepare` fills
 * in, before the command is queued, what its caller left to us.
 */
export function operation<Command, Value>(
  name: string,
  key: (command: Command) => string,
  plan: OperationPlan<Command, Value>,
  prepare: (command: Command) => Command = (command) => command,
): Operation<Command, Value> {
  const work: Work<Request<Command>, Value> = {
    name,
    key: (request) => key(request.command),
    plan: auditPlan(name, plan),
  }

  async function many(context: Context, commands: readonly Command[]): Promise<Result<Value>[]> {
    const results = await context.db.write(
      work,
      commands.map((command) => ({ context, command: prepare(command) })),
    )
    markEntered(name, context, results)
    return results
  }

  async function one(context: Context, command: Command): Promise<Value> {
    const [result] = await many(context, [command])
    if (!result) throw new Error(`${name} gave no result`)
    if (!result.ok) throw result.error
    return result.value
  }

  return Object.assign(one, {
    many,
    plan: (transaction: Transaction, requests: readonly Request<Command>[]) =>
      plan(
        transaction,
        requests.map(({ context, command }) => ({ context, command: prepare(command) })),
      ),
  })
}

/** `change` is what the audit log tells of it. */
export function done<T>(value: T, change?: Change): Result<T> {
  return change === undefined ? { ok: true, value } : { ok: true, value, change }
}

export function refused(code: ErrorCode, detail: string, facts: ErrorFacts = {}): Refusal {
  return { ok: false, error: new TaskError(code, detail, facts) }
}
