/**
 * The endpoint table of HTTP API version 1. The server routes by it, the worker's client is typed by it, the command
 * line calls through it and the OpenAPI document is made from it: there is no second description of the API.
 */
import type { z } from 'zod'
import { attempts } from './contract/attempts.ts'
import { audit } from './contract/audit.ts'
import { compensation } from './contract/compensation.ts'
import type { Endpoint } from './contract/endpoint.ts'
import { imports } from './contract/imports.ts'
import { incidents } from './contract/incidents.ts'
import { members } from './contract/members.ts'
import { operations } from './contract/operations.ts'
import { pauses } from './contract/pauses.ts'
import { records } from './contract/records.ts'
import { service } from './contract/service.ts'
import { tasks } from './contract/tasks.ts'
import { tokens } from './contract/tokens.ts'
import { views } from './contract/views.ts'
import { webhooks } from './contract/webhooks.ts'
import { workers } from './contract/workers.ts'
import type { ErrorCode } from './task/errors.ts'

export type { Access, Endpoint } from './contract/endpoint.ts'

export const ENDPOINTS = {
  ...workers,
  ...tasks,
  ...attempts,
  ...operations,
  ...compensation,
  ...records,
  ...incidents,
  ...pauses,
  ...imports,
  ...views,
  ...tokens,
  ...members,
  ...audit,
  ...webhooks,
  ...service,
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof ENDPOINTS
export type EndpointInput<N extends EndpointName> = z.input<(typeof ENDPOINTS)[N]['input']>
export type EndpointOutput<N extends EndpointName> = z.output<(typeof ENDPOINTS)[N]['output']>

/** Every call may meet these, whatever the endpoint. */
export const COMMON_ERRORS = [
  'validation',
  'unauthenticated',
  'forbidden',
  'payload_too_large',
  'rate_limited',
  'unavailable',
  'internal',
] as const satisfies readonly ErrorCode[]

/** Where the booted server puts its request handler for `server.js`, which runs outside the bundle. */
export const API_HANDLER = Symbol.for('rollcall.api')
