import { z } from 'zod'
import * as commands from '#lib/task/commands.ts'
import { Health, Json, TaskEvent } from '#lib/task/schema.ts'
import { endpoint } from './endpoint.ts'

export const service = {
  streamEvents: endpoint({
    method: 'GET',
    path: '/api/v1/events/stream',
    summary: 'Server-sent events of the whole ledger or one task; Last-Event-ID resumes without a gap',
    access: 'viewer',
    input: commands.StreamEvents,
    output: TaskEvent,
    status: 200,
    errors: [],
  }),
  openapi: endpoint({
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    access: 'public',
    input: z.strictObject({}),
    output: z.record(z.string(), Json),
    status: 200,
    errors: [],
  }),
  healthz: endpoint({
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    access: 'public',
    input: z.strictObject({}),
    output: z.object({ status: z.literal('ok') }),
    status: 200,
    errors: [],
  }),
  metrics: endpoint({
    method: 'GET',
    path: '/metrics',
    summary: 'Figures in the text format of Prometheus; counts and times, no names',
    access: 'public',
    input: z.strictObject({}),
    output: z.string(),
    status: 200,
    errors: [],
  }),
  readyz: endpoint({
    method: 'GET',
    path: '/readyz',
    summary: 'The database answers and the sweeper runs',
    access: 'public',
    input: z.strictObject({}),
    output: Health,
    status: 200,
    errors: [],
  }),
} as const
