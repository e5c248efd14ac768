/** What an endpoint is, and the shapes that several of them share. */
import { z } from 'zod'
import type { ErrorCode } from '#lib/task/errors.ts'
import { Problem, Task } from '#lib/task/schema.ts'

/** Who may call: anybody, any token that reads, a worker for its own work, an operator, an admin. Higher roles include lower ones. */
export type Access = 'public' | 'viewer' | 'worker' | 'operator' | 'admin'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `{name}` marks a path parameter; `params` says which field of the input it is. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  /** The command of the operation. What does not stand in the path comes from the body, or from the query of a GET. */
  readonly input: z.ZodType
  readonly params?: Readonly<Record<string, string>>
  readonly output: z.ZodType
  readonly status: number
  /** Those that this endpoint adds to COMMON_ERRORS. */
  readonly errors: readonly ErrorCode[]
}

export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition
}

export function page<const Name extends string, T extends z.ZodType>(name: Name, item: T) {
  return z.object({ [name]: z.array(item), nextCursor: z.string().nullable() } as Record<Name, z.ZodArray<T>> & {
    nextCursor: z.ZodNullable<z.ZodString>
  })
}

export const TaskAnswer = z.object({ task: Task })
/** One of a batch: each has its own result, and one refused harms no other. */
export const TaskResult = z.union([TaskAnswer, z.object({ error: Problem })])

export const FENCED = ['fence_rejected', 'sealed_task', 'not_found'] as const
export const ACT = ['not_found', 'invalid_transition', 'sealed_task'] as const
