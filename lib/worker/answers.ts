/**
 * What is used of the answers to a worker's calls, checked without their schemas. An answer that lacks it is not one of
 * Rollcall's, whoever gave it.
 */
import type { WorkerCall } from '#lib/contract/worker-routes.ts'

/** What `typeof` says, or what each item of a list is, or the fields of an object. */
export type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [field: string]: Shape }

const task = { id: 'string', status: 'string', attempt: 'number' } as const
const attempt = { attempt: 'number', workerId: 'string' } as const

export const ANSWERS: Readonly<Record<WorkerCall, Shape>> = {
  registerWorker: { worker: { id: 'string' }, leaseMs: 'number', heartbeatMs: 'number' },
  heartbeat: { drain: 'boolean', held: [{ taskId: 'string', attempt: 'number', verdict: 'string' }] },
  stopWorker: { worker: { id: 'string' } },
  createTask: { task },
  getTask: { task, attempts: [attempt] },
  claimTasks: { tasks: [task] },
  startAttempt: { task, attempt: 'number' },
  appendOutput: { acked: ['string'], highest: { stdout: 'number', stderr: 'number' } },
  reportProgress: { task },
  saveCheckpoint: { checkpoint: { turn: 'number' } },
  linkSession: { session: { id: 'string' } },
  finishAttempt: { task },
}

export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape
  if (isList(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(shape).every(([field, inner]) => fits(Reflect.get(value, field), inner))
}

/** Array.isArray does not tell a readonly tuple from an object. */
function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
