/** The tasks and reports that all contestants put on record: one shape, filled as a real run fills it. */
import { v7 } from 'uuid'
import type { CreateTask, FinishAttempt } from '#lib/task/commands.ts'

/** As many as a batch of the API holds. */
export const BATCH = 1000
export const CALLERS = 32

export function newTask(): CreateTask & { id: string } {
  return {
    id: v7(),
    title: 'Fix the login form that forgets its redirect',
    repo: 'acme/api',
    issueNumber: 1104,
    user: 'ada',
    agent: 'coder',
    agentType: 'implementer',
    model: 'large-2',
    provider: 'acme',
    payload: { prompt: 'Users who sign in from a deep link end on the front page.', base: 'main', depth: 3 },
    labels: { team: 'web' },
  }
}

export function newTasks(count: number): (CreateTask & { id: string })[] {
  return Array.from({ length: count }, newTask)
}

export function reportOf(taskId: string, workerId: string): FinishAttempt {
  const usage = { costUsd: 0.42, tokensIn: 51_200, tokensOut: 3_400, turns: 17 }
  return { taskId, workerId, attempt: 1, messageId: v7(), outcome: 'success', exitCode: 0, ...usage }
}
