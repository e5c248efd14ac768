/** Starts that the ledger could not hear of: on record on this host first, and with the ledger as soon as it answers. */
import type { CreateTask } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Client } from './client.ts'
import { isRetryable, type RetryOptions, retry } from './retry.ts'
import { startTask } from './start.ts'
import type { LocalStore } from './store/local-store.ts'
import type { Execution } from './store/types.ts'

/** What is kept of the start: the task, and the agent's session. */
interface OfflineStart {
  readonly task: CreateTask
  readonly sessionId?: string
}

/** The first attempt of a task that is not on the ledger's record yet. */
export function recordOffline(
  store: LocalStore,
  task: CreateTask & { readonly id: string },
  sessionId?: string,
): Execution {
  const start: OfflineStart = { task, ...(sessionId === undefined ? {} : { sessionId }) }
  return store.recordReceived({ taskId: task.id, attempt: 1, start: JSON.stringify(start) })
}

/**
 * Puts it on record as held by this worker, unless that has been done before. Undefined when the ledger refuses it for
 * good.
 */
export async function putOnRecord(
  client: Client,
  store: LocalStore,
  execution: Execution,
  limits: RetryOptions,
  workerId: string,
): Promise<Execution | undefined> {
  if (execution.start === null) return execution
  // Written by recordOffline.
  const { task, sessionId } = JSON.parse(execution.start) as OfflineStart
  const start = { workerId, ...(sessionId === undefined ? {} : { sessionId }) }
  try {
    await startTask(client, { ...task, id: execution.taskId, start }, limits)
    return hold(store, execution, workerId)
  } catch (error) {
    if (!isTaskError(error) || isRetryable(error) || error.code === 'forbidden' || error.code === 'unauthenticated')
      throw error
    if (error.code !== 'duplicate_task') return undefined
    const holder = await holderOf(client, execution, limits)
    return holder === undefined ? undefined : hold(store, execution, holder)
  }
}

/** A former process may have put it on record and died before it could note that. */
async function holderOf(client: Client, { taskId, attempt }: Execution, limits: RetryOptions) {
  const { attempts } = await retry(() => client.call('getTask', { taskId }), limits)
  return attempts.find((each) => each.attempt === attempt)?.workerId ?? undefined
}

function hold(store: LocalStore, { id, taskId, attempt }: Execution, workerId: string): Execution | undefined {
  store.recordHolder(id, { taskId, attempt, workerId })
  return store.read(id)
}
