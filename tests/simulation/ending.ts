/** However a schedule went: with new workers, a sweeper and a person, every task comes to its end. */

import type { Context } from '#lib/ledger/index.ts'
import {
  cancelTask,
  claimTasks,
  finishAttempt,
  reassignTask,
  recover,
  registerWorker,
  releaseTask,
  runDueOperations,
  unpauseRecovery,
} from '#lib/ledger/index.ts'
import { pruneLedger } from '#lib/ledger/recovery/prune.ts'
import { isTaskError } from '#lib/task/errors.ts'
import type { State, TaskState } from './state.ts'
import { undo } from './undoing.ts'
import type { World } from './world.ts'
import { hostOf, tell } from './world.ts'

const ROUNDS_MAX = 12

/** One jump of the clock here stands for hours in which sweepers ran: it is no outage of theirs. */
const UNHURRIED_MS = 10 * 24 * 3_600_000

/** Answers the tasks that are still open when nobody knows what more to do. */
export async function bringToAnEnd(world: World, context: Context): Promise<string[]> {
  tell(world, () => 'everybody who was there is gone; new workers come')
  for (const { pid } of [...world.workers, ...world.zombies]) world.gone.add(pid)
  for (const pauseId of world.pauses) await unpauseRecovery(context, { pauseId }).catch(refused)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const state = await world.look()
    if (open(state).length === 0) return []
    world.now = Math.max(world.now, ...due(state))
    await undo(world, 0)(context)
    await runDueOperations(context)
    await recover(context, { trigger: 'sweep', sweepMs: UNHURRIED_MS, host: hostOf(world) })
    for (const task of open(await world.look())) if (task.nextAction === 'hold') await decide(context, task)
    await world.look()
    await work(world, context, round)
  }
  return open(await world.look()).map(({ id, status }) => `${id} is ${status} and cannot come to an end`)
}

const OF_TASKS = ['task_history', 'task_attempts', 'sessions', 'task_output', 'late_reports', 'checkpoints']
const LEFT = [...OF_TASKS, 'compensations', 'incidents']
  .map((table) => `SELECT '${table}' AS name FROM ${table}`)
  .join(' UNION ')

/** Retention takes all that has ended, and leaves nothing of it behind. Answers where something is left. */
export async function forget(world: World, context: Context): Promise<string[]> {
  tell(world, () => 'years go by, and retention comes')
  const before = world.now + UNHURRIED_MS
  for (let gone = 1; gone > 0; ) gone = await pruneLedger(context, { before })
  return (await context.db.read(LEFT)).map(({ name }) => `${name} still has something of what retention took`)
}

function open({ tasks }: State): TaskState[] {
  return [...tasks.values()].filter(({ sealedAt }) => sealedAt === null)
}

/** When something becomes possible that is not yet. */
function due({ tasks, workers }: State): number[] {
  return [
    ...[...tasks.values()].flatMap(({ nextAt, notBefore }) => [nextAt ?? 0, notBefore ?? 0]),
    ...[...workers.values()].map(({ endedAt, leaseExpiresAt }) => (endedAt === null ? leaseExpiresAt : 0)),
  ]
}

/** What waits for a person gets one. */
async function decide(context: Context, { id, heldAt, retriesUsed, retriesMax, status }: TaskState): Promise<void> {
  const spent = status === 'failed' && retriesUsed >= retriesMax
  const command = { taskId: id, reason: 'it has waited for long enough' }
  if (heldAt !== null) await releaseTask(context, command)
  else await (spent ? cancelTask(context, command) : reassignTask(context, command))
}

async function work(world: World, context: Context, round: number): Promise<void> {
  const { id: workerId } = await registerWorker(context, {
    host: 'new',
    pid: round + 1,
    skills: ['rare', 'compensate:mail'],
  })
  const tasks = await claimTasks(context, { workerId, requestId: `end-${round}`, max: 10 })
  await world.look()
  for (const { id, attempt } of tasks) {
    const messageId = `end-${world.seed}-${round}-${id}`
    await finishAttempt(context, { taskId: id, attempt, workerId, messageId, outcome: 'success' })
  }
}

/** A pause that is over is over. */
function refused(error: unknown): void {
  if (!isTaskError(error)) throw error
}
