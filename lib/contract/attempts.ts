import { z } from 'zod'
import * as commands from '#lib/task/commands.ts'
import { Checkpoint, LIMITS, Resume, Session, Task } from '#lib/task/schema.ts'
import { endpoint, FENCED, TaskAnswer, TaskResult } from './endpoint.ts'
import { WORKER_ROUTES } from './worker-routes.ts'

const resume = Resume.nullable().describe('what a former attempt left to go on from; null when there is nothing')

export const attempts = {
  claimTasks: endpoint({
    ...WORKER_ROUTES.claimTasks,
    summary: 'Take the next due tasks that this worker can do; waits up to waitMs for one',
    access: 'worker',
    input: commands.ClaimTasks,
    output: z.object({ tasks: z.array(Task.extend({ resume })) }),
    status: 200,
    errors: ['not_found', 'lease_expired'],
  }),
  startAttempt: endpoint({
    ...WORKER_ROUTES.startAttempt,
    summary: 'Take one named task, or reattach to work that still goes on',
    access: 'worker',
    input: commands.StartAttempt,
    output: z.object({ task: Task, attempt: z.int(), resume }),
    status: 201,
    errors: [...FENCED, 'lease_conflict', 'lease_expired', 'not_before', 'invalid_transition', 'retries_exhausted'],
  }),
  appendOutput: endpoint({
    ...WORKER_ROUTES.appendOutput,
    summary: 'Append output; duplicates are acked again, a gap is answered with the highest sequence known',
    access: 'worker',
    input: commands.AppendOutput,
    output: z.object({ acked: z.array(z.string()), highest: z.object({ stdout: z.int(), stderr: z.int() }) }),
    status: 200,
    errors: FENCED,
  }),
  reportProgress: endpoint({
    ...WORKER_ROUTES.reportProgress,
    summary: 'Say that the attempt gets on: phase, note, turns, tokens, cost',
    access: 'worker',
    input: commands.ReportProgress,
    output: TaskAnswer,
    status: 200,
    errors: FENCED,
  }),
  saveCheckpoint: endpoint({
    ...WORKER_ROUTES.saveCheckpoint,
    summary: 'Save the state of the agent at a turn; the same turn again changes nothing',
    access: 'worker',
    input: commands.SaveCheckpoint,
    output: z.object({ checkpoint: Checkpoint }),
    status: 201,
    errors: FENCED,
  }),
  linkSession: endpoint({
    ...WORKER_ROUTES.linkSession,
    summary: 'Name the agent session that the attempt runs in',
    access: 'worker',
    input: commands.LinkSession,
    output: z.object({ session: Session }),
    status: 200,
    errors: [...FENCED, 'lease_conflict'],
  }),
  finishAttempt: endpoint({
    ...WORKER_ROUTES.finishAttempt,
    summary: 'Report the outcome of an attempt; idempotent by messageId',
    access: 'worker',
    input: commands.FinishAttempt,
    output: TaskAnswer,
    status: 200,
    errors: [...FENCED, 'compensation_required'],
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
