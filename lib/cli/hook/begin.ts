/** Puts a session on record, or goes on with the attempt under which an earlier keeper had it there. */
import { basename } from 'node:path'
import type { CreateTask } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { Task } from '#lib/task/schema.ts'
import type { Client } from '#lib/worker/client.ts'
import type { Lease } from '#lib/worker/lease.ts'
import { mintId } from '#lib/worker/mint-id.ts'
import { reattach } from '#lib/worker/registration.ts'
import { type StartedTask, startTask } from '#lib/worker/start.ts'
import { nameOfUser } from '../user.ts'
import type { HookEvent } from './event.ts'
import { log } from './log.ts'
import { repositoryOf } from './repository.ts'
import type { SessionRecord, Spool } from './spool.ts'

export interface SessionOptions {
  readonly sessionId: string
  /** The task of the `rollcall run` around the agent. */
  readonly joined?: string
  readonly title?: string
  readonly repo?: string
  readonly issue?: number
  readonly agent?: string
  readonly label?: Record<string, string>
}

const PROVIDER = 'anthropic'

export async function beginTask(
  client: Client,
  lease: Lease,
  spool: Spool,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<Task> {
  const former = spool.record()
  if (former?.attempt) {
    const task = await goOn(client, lease, { taskId: former.taskId, attempt: former.attempt }, signal)
    if (task) return task
  }
  const [first] = spool.read(0).events
  // Minted and kept before it is asked for: a keeper that dies now has its successor ask for the same task.
  const record: SessionRecord =
    former && former.attempt === null
      ? former
      : { taskId: mintId(), attempt: null, offset: former?.offset ?? 0, turns: 0, working: former?.working ?? false }
  spool.save(record)
  const task = await start(
    client,
    { ...taskOf(first, options), id: record.taskId, start: startOf(lease, options) },
    signal,
  )
  spool.save({ ...record, attempt: task.attempt })
  return task
}

/** Undefined when the task is over, or somebody else has it: the session then becomes a task anew. */
async function goOn(client: Client, lease: Lease, work: { taskId: string; attempt: number }, signal: AbortSignal) {
  try {
    const attempt = await reattach(client, lease.workerId, work, signal)
    const { task } = await client.call('getTask', { taskId: work.taskId })
    return { ...task, attempt }
  } catch (error) {
    if (!isTaskError(error)) throw error
    log(`task ${work.taskId} cannot go on: ${error.message}`)
    return undefined
  }
}

async function start(client: Client, task: StartedTask, signal: AbortSignal): Promise<Task> {
  try {
    return await startTask(client, task, { signal })
  } catch (error) {
    // The session is somebody's, or was invalidated by a death; the work is on record all the same, without it.
    if (!isTaskError(error) || error.code !== 'lease_conflict') throw error
    log(`session ${task.start.sessionId}: ${error.message}`)
    return await startTask(client, { ...task, start: { workerId: task.start.workerId } }, { signal })
  }
}

function startOf(lease: Lease, { sessionId }: SessionOptions): StartedTask['start'] {
  return { workerId: lease.workerId, sessionId }
}

/** Nobody but the person at the terminal can go on with a session, so it waits for an operator, not for a worker. */
function taskOf(first: HookEvent | undefined, options: SessionOptions): CreateTask {
  const { title, issue, agent = 'claude-code', label } = options
  const cwd = first?.cwd
  const repo = options.repo ?? (cwd === undefined ? undefined : repositoryOf(cwd))
  const user = nameOfUser()
  return {
    title: title ?? `Claude Code session${cwd === undefined ? '' : ` in ${basename(cwd)}`}`,
    agent,
    provider: PROVIDER,
    agentType: 'session',
    strategy: 'hold-for-operator',
    payload: { sessionId: options.sessionId, ...(cwd === undefined ? {} : { cwd }) },
    ...(first?.model === undefined ? {} : { model: first.model }),
    ...(repo === undefined ? {} : { repo }),
    ...(issue === undefined ? {} : { issueNumber: issue }),
    ...(user === undefined ? {} : { user }),
    ...(label === undefined ? {} : { labels: label }),
  }
}
