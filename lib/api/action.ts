/** Forms of pages as server actions over the same operations as the API. Each call checks session, role and origin anew. */
import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import { v7 } from 'uuid'
import type { z } from 'zod'
import { audited, type Context } from '#lib/ledger/index.ts'
import { log } from '#lib/log.ts'
import { ERRORS, type ErrorCode, isTaskError, TaskError } from '#lib/task/errors.ts'
import { allows } from './authenticate.ts'
import { assertOwnOrigin } from './origin.ts'
import { runtime } from './runtime.ts'
import { findContext } from './session.ts'

export type ActionState =
  | { readonly status: 'idle' }
  | { readonly status: 'done' }
  | { readonly status: 'refused'; readonly code: ErrorCode; readonly detail: string; readonly advice: string }

/** Whom an action is for: those of this role and of those above it. */
export type ActionAccess = 'viewer' | 'operator' | 'admin'

export type FormAction = (previous: unknown, formData: FormData) => Promise<ActionState>

/**
 * `name` is the operation's, under which the audit log tells of the act.
 * Empty fields count as not given; numbers arrive as text and are read as numbers where the command wants one.
 */
export function action<Schema extends z.ZodType>(
  schema: Schema,
  operation: (context: Context, command: z.output<Schema>) => Promise<unknown>,
  name: string,
  access: ActionAccess = 'operator',
): FormAction {
  return async (_previous, formData) => {
    try {
      await perform(schema, operation, readForm(formData), name, access)
      revalidatePath('/', 'layout')
      return { status: 'done' }
    } catch (error) {
      return refusal(error)
    }
  }
}

export type CallState<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | Extract<ActionState, { status: 'refused' }>

export type CallAction<Value> = (command: unknown) => Promise<CallState<Value>>

/**
 * As `action`, for what is no form: takes the command itself and answers what it came to. A reading has no name.
 * `access` is for what concerns nobody but whoever asks.
 */
export function call<Schema extends z.ZodType, Value>(
  schema: Schema,
  operation: (context: Context, command: z.output<Schema>) => Promise<Value>,
  name: string | null,
  access: ActionAccess = 'operator',
): CallAction<Value> {
  return async (command) => {
    try {
      return { status: 'done', value: await perform(schema, operation, command, name, access) }
    } catch (error) {
      return refusal(error)
    }
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new TaskError('validation', sentences.join('; '))
}

async function perform<Schema extends z.ZodType, Value>(
  schema: Schema,
  operation: (context: Context, command: z.output<Schema>) => Promise<Value>,
  given: unknown,
  name: string | null,
  access: ActionAccess,
): Promise<Value> {
  const context = await findContext()
  if (!context) throw new TaskError('unauthenticated', 'Your session has ended: sign in again.')
  const guarded = async (context: Context) => {
    await assertOrigin()
    assertAllowed(context, access)
    return operation(context, parse(schema, given))
  }
  if (name === null) return guarded(context)
  return audited(context, { action: name, via: 'web', requestId: v7(), command: given }, guarded)
}

function assertAllowed({ actor: { role } }: Context, access: ActionAccess): void {
  if (allows(role, access)) return
  if (access === 'admin') throw new TaskError('forbidden', `Only an admin may do this; you are ${role}.`)
  throw new TaskError('forbidden', `A ${role} may look at tasks, and not act on them.`)
}

/** A form of another site must not act in the name of whoever is signed in here. */
export async function assertOrigin(): Promise<void> {
  const list = await headers()
  const of = (name: string) => list.get(name) ?? undefined
  const given = { origin: of('origin'), host: of('host'), 'x-forwarded-host': of('x-forwarded-host') }
  assertOwnOrigin(given, runtime().env.publicUrl)
}

function readForm(formData: FormData): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const [name, value] of formData) {
    // React adds fields of its own to the forms of server actions.
    if (name.startsWith('$') || typeof value !== 'string' || value.trim() === '') continue
    given[name] = name.endsWith('Ms') || name === 'attempt' ? Number(value) : value.trim()
  }
  return given
}

function refusal(error: unknown): Extract<ActionState, { status: 'refused' }> {
  if (!isTaskError(error)) {
    log.error('internal error in an action', { err: error })
    return { status: 'refused', code: 'internal', detail: ERRORS.internal.title, advice: ERRORS.internal.advice }
  }
  return { status: 'refused', code: error.code, detail: error.message, advice: ERRORS[error.code].advice }
}
