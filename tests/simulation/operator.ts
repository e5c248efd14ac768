/** What a person does: anything, at any time, to any task or worker. */
import {
  cancelTask,
  createTask,
  declareDead,
  drainWorker,
  failTask,
  noteTask,
  reassignTask,
  resumeWorker,
  undoReassignment,
} from '#lib/ledger/index.ts'
import type { CreateTask } from '#lib/task/commands.ts'
import { ask, freshId, PERSON, startPass, tell, type Work, type World } from './world.ts'

export interface OperatorAct {
  readonly weight: number
  readonly name: string
  /** Undefined when there is nothing to do it to. */
  work(world: World): Work<unknown> | undefined
  /** Takes several transactions, so that others may come between. */
  readonly long?: boolean
}

export const reason = 'because'
const TASKS_MAX = 4
const STRATEGIES = ['hold-for-operator', 'resume-from-checkpoint', 'compensate']

const create: OperatorAct = {
  weight: 5,
  name: 'create',
  work(world) {
    if (world.tasks.length >= TASKS_MAX) return undefined
    const command = newTask(world)
    world.tasks.push(command.id)
    return (context) => createTask(context, command)
  },
}

export function newTask(world: World): CreateTask & { id: string } {
  const { random } = world
  const workerId = random.chance(0.4) ? random.pick(world.workers.flatMap(({ id }) => id ?? [])) : undefined
  const sessionId = random.chance(0.3) ? { sessionId: `session-${world.seed}-${random.between(1, 4)}` } : {}
  return {
    id: freshId(world, 'task'),
    title: 'Fix login',
    maxRetries: random.between(0, 2),
    maxInterruptions: random.between(0, 3),
    ...(random.chance(0.2) ? { sideEffects: true } : {}),
    ...(random.chance(0.4) ? { strategy: random.pick(STRATEGIES) } : {}),
    ...(random.chance(0.2) ? { progressTimeoutMs: 5000 } : {}),
    ...(random.chance(0.15) ? { requires: ['rare'] } : {}),
    ...(random.chance(0.15) ? { notBefore: new Date(world.now + random.between(1, 60_000)).toISOString() } : {}),
    ...(workerId === undefined ? {} : { start: { workerId, ...sessionId } }),
  }
}

export function onTask(
  weight: number,
  name: string,
  work: (world: World, taskId: string) => Work<unknown>,
): OperatorAct {
  return {
    weight,
    name,
    work(world) {
      const taskId = world.random.pick(world.tasks)
      return taskId === undefined ? undefined : work(world, taskId)
    },
  }
}

function onWorker(weight: number, name: string, work: (workerId: string) => Work<unknown>, long = false): OperatorAct {
  return {
    weight,
    name,
    long,
    work(world) {
      const workerId = world.random.pick([...world.workers, ...world.zombies].flatMap(({ id }) => id ?? []))
      return workerId === undefined ? undefined : work(workerId)
    },
  }
}

const OPERATOR_ACTS: readonly OperatorAct[] = [
  create,
  onTask(2, 'fail', (_world, taskId) => (context) => failTask(context, { taskId, reason })),
  onTask(2, 'cancel', (_world, taskId) => (context) => cancelTask(context, { taskId, reason })),
  onTask(5, 'reassign', ({ random, workers }, taskId) => {
    const workerId = random.chance(0.4) ? random.pick(workers.flatMap(({ id }) => id ?? [])) : undefined
    const holdMs = random.chance(0.5) ? 10_000 : 0
    return (context) => reassignTask(context, { taskId, reason, holdMs, ...(workerId ? { workerId } : {}) })
  }),
  onTask(3, 'undo', (_world, taskId) => (context) => undoReassignment(context, { taskId })),
  onTask(1, 'note', (_world, taskId) => (context) => noteTask(context, { taskId, text: 'seen' })),
  onWorker(1, 'drain', (workerId) => (context) => drainWorker(context, { workerId })),
  onWorker(1, 'resume', (workerId) => (context) => resumeWorker(context, { workerId })),
  onWorker(1, 'declare dead', (workerId) => (context) => declareDead(context, { workerId }), true),
]

export async function operate(world: World, acts: readonly OperatorAct[] = OPERATOR_ACTS): Promise<void> {
  const act = world.random.weighted(acts)
  const work = act?.work(world)
  if (!act || !work) return
  const server = world.random.pick(world.servers.filter(({ booted }) => booted))
  if (act.long && server && world.random.chance(0.5)) {
    tell(world, () => `operator: ${act.name}, in steps, on ${server.name}`)
    return startPass(world, server, act.name, PERSON, work)
  }
  const outcome = await ask(world, work)
  tell(world, () => `operator: ${act.name}: ${outcome.kind === 'refused' ? outcome.error.message : outcome.kind}`)
}
