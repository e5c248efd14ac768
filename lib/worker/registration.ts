/** How a worker gets its lease: registered as a new incarnation, or let go on as the one it was. */
import { uptime } from 'node:os'
import { WORKER_ROUTES } from '#lib/contract/worker-routes.ts'
import type { EndpointOutput } from '#lib/contract.ts'
import { readIdentity } from '#lib/process.ts'
import type { RegisterWorker } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { type Client, requestOf } from './client.ts'
import { mintId } from './mint-id.ts'
import { retry } from './retry.ts'

/** What a program says of its worker; who the process is, it need not say. */
export type Registration = Omit<
  RegisterWorker,
  'host' | 'pid' | 'bootId' | 'pidNamespace' | 'processStartedAt' | 'replaces'
>

/** A lease counts from the sending of what got it, by the clock that goes on while the machine is suspended. */
export type Registered = EndpointOutput<'registerWorker'> & { readonly sentAt: number }

export async function register(client: Client, registration: Registration): Promise<Registered> {
  const sentAt = uptime() * 1000
  return { ...(await client.call('registerWorker', { ...readIdentity(), ...registration })), sentAt }
}

/** What the heartbeat thread needs to know. */
export function targetOf(client: Client, { worker, leaseMs, heartbeatMs, sentAt }: Registered) {
  const { path } = requestOf(WORKER_ROUTES.heartbeat, { workerId: worker.id })
  return { url: client.url + path, leaseMs, heartbeatMs, sentAt }
}

export interface Work {
  readonly taskId: string
  readonly attempt: number
}

/** Resolves to the number under which the work goes on. */
export async function reattach(client: Client, workerId: string, work: Work, signal: AbortSignal): Promise<number> {
  const { taskId, attempt } = work
  // One id for all tries: an answer that was lost must not begin another attempt.
  const start = { taskId, workerId, requestId: mintId(), reattach: { attempt } }
  return (await retry(() => client.call('startAttempt', start), { signal })).attempt
}

/** The ledger gives the task to somebody else, or it is over: it never goes on here. */
export function isTakenOver(error: unknown): error is Error {
  return isTaskError(error) && (error.code === 'fence_rejected' || error.code === 'sealed_task')
}
