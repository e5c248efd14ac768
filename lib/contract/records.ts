import { z } from 'zod'
import { Activity, ReadChart } from '#lib/task/activity.ts'
import * as commands from '#lib/task/commands.ts'
import { Id, RecoveryRun, Session } from '#lib/task/schema.ts'
import { ReadThroughput, Throughput } from '#lib/task/throughput.ts'
import { endpoint, page } from './endpoint.ts'

export const records = {
  readChart: endpoint({
    method: 'GET',
    path: '/api/v1/chart',
    summary: 'Attempts of a window of time with their workers, boots and incidents, as a chart needs them',
    access: 'viewer',
    input: ReadChart,
    output: Activity,
    status: 200,
    errors: [],
  }),
  readThroughput: endpoint({
    method: 'GET',
    path: '/api/v1/throughput',
    summary: 'How many tasks were put on record, and what they came to, by spans of time; from maintained counts',
    access: 'viewer',
    input: ReadThroughput,
    output: Throughput,
    status: 200,
    errors: [],
  }),
  listSessions: endpoint({
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'List agent sessions, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('sessions', Session),
    status: 200,
    errors: [],
  }),
  listRecoveryRuns: endpoint({
    method: 'GET',
    path: '/api/v1/recovery-runs',
    summary: 'List passes of recovery that found something, newest first',
    access: 'viewer',
    input: commands.ListPage,
    output: page('recoveryRuns', RecoveryRun),
    status: 200,
    errors: [],
  }),
  getRecoveryRun: endpoint({
    method: 'GET',
    path: '/api/v1/recovery-runs/{id}',
    summary: 'Read one pass of recovery',
    access: 'viewer',
    input: z.strictObject({ recoveryRunId: Id }),
    params: { id: 'recoveryRunId' },
    output: z.object({ recoveryRun: RecoveryRun }),
    status: 200,
    errors: ['not_found'],
  }),
  recover: endpoint({
    method: 'POST',
    path: '/api/v1/recovery-runs',
    summary: 'Recover now, or with dryRun say what recovery would do',
    access: 'operator',
    input: commands.Recover,
    output: z.object({ recoveryRun: RecoveryRun }),
    status: 200,
    errors: [],
  }),
} as const
