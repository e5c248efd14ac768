/** Puts a task on record as running, however often it takes to ask. */
import type { CreateTask } from '#lib/task/commands.ts'
import { isTaskError, type TaskError } from '#lib/task/errors.ts'
import type { Task } from '#lib/task/schema.ts'
import type { Client } from './client.ts'
import { isRetryable, type RetryOptions, retry } from './retry.ts'

export type StartedTask = CreateTask & { readonly id: string; readonly start: NonNullable<CreateTask['start']> }

/** A lost answer leaves open whether the task is on record; asking again under the same id settles it. */
export async function startTask(client: Client, task: StartedTask, limits: RetryOptions): Promise<Task> {
  let uncertain = false
  const create = async () => {
    try {
      return (await client.call('createTask', task)).task
    } catch (error) {
      if (uncertain && isTaskError(error) && error.code === 'duplicate_task') return await readOwn(client, task, error)
      if (isTaskError(error) && isRetryable(error)) uncertain = true
      throw error
    }
  }
  return await retry(create, limits)
}

async function readOwn(client: Client, { id, start }: StartedTask, refusal: TaskError): Promise<Task> {
  const { task } = await client.call('getTask', { taskId: id })
  if (task.attempt === 1 && task.status === 'running' && task.workerId === start.workerId) return task
  throw refusal
}
