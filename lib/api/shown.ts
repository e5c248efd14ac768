/** The answer to an operator's act as its role may see it. A worker's calls answer what was given to the worker, as it is. */
import type { Endpoint } from '#lib/contract.ts'
import { type Context, shownTo } from '#lib/ledger/index.ts'
import type { Task } from '#lib/task/schema.ts'

export function shownAnswer(context: Context, { access }: Endpoint, answer: unknown): unknown {
  if (access !== 'operator' || typeof answer !== 'object' || answer === null || !('task' in answer)) return answer
  // What an operator's act answers under this name is a task: the contract's own schema says so.
  return { ...answer, task: shownTo(context, answer.task as Task) }
}
