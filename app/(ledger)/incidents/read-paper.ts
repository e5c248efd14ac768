import type { Context } from '#lib/ledger/core/context.ts'
import { listTasks } from '#lib/ledger/index.ts'
import { LIMITS, type Task } from '#lib/task/schema.ts'
import { SEALED_STATUSES, type TaskStatus } from '#lib/task/states.ts'

/** What somebody can be handed: some hundred sheets hold no more than the file does. */
const PAPER_TASKS = 2000

/** Those that need somebody come first, so that they are on the paper whatever is cut off. */
const IN_TURN: readonly TaskStatus[][] = [
  ['interrupted', 'failed'],
  ['assigned', 'queued'],
  ['running', 'waiting'],
  [...SEALED_STATUSES],
]

export async function readPaperTasks(context: Context, incident: string): Promise<Task[]> {
  const found: Task[] = []
  for (const status of IN_TURN) {
    let cursor: string | null | undefined
    while (cursor !== null && found.length < PAPER_TASKS) {
      const limit = Math.min(LIMITS.page, PAPER_TASKS - found.length)
      const page = await listTasks(context, { incident, status, limit, ...(cursor && { cursor }) })
      found.push(...page.tasks)
      cursor = page.nextCursor
    }
  }
  return found
}
