import { z } from 'zod'
import * as commands from '#lib/task/commands.ts'
import { Json, LIMITS, Session, Task } from '#lib/task/schema.ts'
import { endpoint, FENCED, TaskAnswer, TaskResult } from './endpoint.ts'

const resume = Json.nullable().describe('what a former attempt left to go on from; null when there is nothing')

export const attempts = {
  claimTasks: endpoint({
    method: 'POST',
    path: '/api/v1/claims',
    summary: 'Take the next due tasks that this worker can do; waits up to waitMs for one',
    access: 'worker',
    input: commands.ClaimTasks,
    output: z.object({ tasks: z.array(Task.extend({ resume })) }),
    status: 200,
    errors: ['not_found', 'lease_expired'],
  }),
  startAttempt: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/attempts',
    summary: 'Take one named task, or reattach to work that still goes on',
    access: 'worker',
    input: commands.StartAttempt,
    params: { id: 'taskId' },
    output: z.object({ task: Task, attempt: z.int(), resume }),
    status: 201,
    errors: [...FENCED, 'lease_conflict', 'lease_expired', 'not_before', 'invalid_transition'],
  }),
  appendOutput: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/output',
    summary: 'Append output; duplicates are acked again, a gap is answered with the highest sequence known',
    access: 'worker',
    input: commands.AppendOutput,
    params: { id: 'taskId' },
    output: z.object({ acked: z.array(z.string()), highest: z.object({ stdout: z.int(), stderr: z.int() }) }),
    status: 200,
    errors: FENCED,
  }),
  reportProgress: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/progress',
    summary: 'Say that the attempt gets on: phase, note, turns, tokens, cost',
    access: 'worker',
    input: commands.ReportProgress,
    params: { id: 'taskId' },
    output: TaskAnswer,
    status: 200,
    errors: FENCED,
  }),
  linkSession: endpoint({
    method: 'PUT',
    path: '/api/v1/tasks/{id}/session',
    summary: 'Name the agent session that the attempt runs in',
    access: 'worker',
    input: commands.LinkSession,
    params: { id: 'taskId' },
    output: z.object({ session: Session }),
    status: 200,
    errors: [...FENCED, 'lease_conflict'],
  }),
  finishAttempt: endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{id}/completion',
    summary: 'Report the outcome of an attempt; idempotent by messageId',
    access: 'worker',
    input: commands.FinishAttempt,
    params: { id: 'taskId' },
    output: TaskAnswer,
    status: 200,
    errors: [...FENCED, 'compensation_required', 'invalid_transition'],
  }),
  finishAttempts: endpoint({
    method: 'POST',
    path: '/api/v1/completions',
    summary: 'Report up to 1000 outcomes; each has its own result',
    access: 'worker',
    input: z.strictObject({ completions: z.array(commands.FinishAttempt).min(1).max(LIMITS.batch) }),
    output: z.object({ results: z.array(TaskResult) }),
    status: 200,
    errors: [],
  }),
} as const
