/** What workers do. Each act is a request made from what the worker believes, which need not be so. */
import {
  appendOutput,
  claimTasks,
  finishAttempt,
  heartbeat,
  linkSession,
  registerWorker,
  reportProgress,
  startAttempt,
  stopWorker,
} from '#lib/ledger/index.ts'
import type { AttemptOutcome } from '#lib/task/states.ts'
import { type Held, hold, type Request, requestId, type SimulatedWorker } from './worker.ts'
import { freshId, type World } from './world.ts'

export interface WorkerAct {
  readonly weight: number
  /** Undefined when it makes no sense to this worker now. */
  request(world: World, worker: SimulatedWorker, id: string): Request | undefined
}

/** Keeps the type of an answer within its request. */
function requestOf<T>(request: Request<T>): Request {
  return request as Request
}

const LEASES_MS = [5000, 15_000, 30_000]

export function register(world: World, worker: SimulatedWorker, replaces?: string): Request {
  const leaseMs = world.random.pick(LEASES_MS)
  const { name, pid, skills } = worker
  const here = worker.here ? { bootId: 'boot', pidNamespace: 'ns', processStartedAt: `${pid}` } : {}
  const command = { name, pid, ...here, skills: [...skills], leaseMs, replaces, host: worker.here ? 'here' : 'there' }
  return requestOf({
    name: `register${replaces ? `, replacing ${replaces.slice(-6)}` : ''}`,
    send: (context) => registerWorker(context, command),
    tell: ({ id }) => `lease of ${leaseMs} ms, as ${id}`,
    answered(_world, { id }) {
      worker.id = id
      worker.expired = false
    },
  })
}

const beat: WorkerAct = {
  weight: 20,
  request({ random }, worker, workerId) {
    const held = [...worker.held.values()].filter(() => !random.chance(0.05))
    const refs = held.map(({ taskId, attempt }) => ({ taskId, attempt }))
    const command = { workerId, held: refs, ...(random.chance(0.3) ? { progress: refs } : {}) }
    return requestOf({
      name: `heartbeat with ${refs.length}`,
      send: (context) => heartbeat(context, command),
      tell: ({ held }) =>
        held.map(({ taskId, attempt, verdict }) => `${taskId}/${attempt} ${verdict}`).join(', ') || 'done',
      committed({ seen, now }) {
        const before = seen.state.workers.get(workerId)
        if (before && before.leaseExpiresAt <= now)
          throw new Error(`the lease of ${workerId} was over, and was renewed`)
      },
      answered(_world, answer) {
        for (const { taskId, attempt, verdict } of answer.held) {
          const mine = worker.held.get(taskId)
          if (verdict === 'lost' && mine?.attempt === attempt) worker.held.delete(taskId)
          if (verdict === 'unknown' && !mine) hold(worker, workerId, taskId, attempt)
          if (verdict === 'cancel' && mine) mine.toCancel = true
        }
      },
      refused() {
        worker.expired = true
      },
    })
  },
}

const claim: WorkerAct = {
  weight: 14,
  request(world, worker, workerId) {
    const command = { workerId, requestId: requestId(world), max: world.random.between(1, 2) }
    return requestOf({
      name: `claim ${command.max}`,
      send: (context) => claimTasks(context, command),
      answered(_world, tasks) {
        for (const { id, attempt } of tasks) hold(worker, workerId, id, attempt)
      },
      mayRefuse: ['lease_expired'],
      tell: (tasks) => tasks.map(({ id, attempt }) => `${id}/${attempt}`).join(', ') || 'nothing',
      // A claim that gave nothing left nothing to be answered again.
      again: (first, second) =>
        first.length === 0 ||
        second.every(({ id, attempt }) => first.some((one) => one.id === id && one.attempt === attempt))
          ? null
          : 'it gave something else',
    })
  },
}

function start(reattach: boolean): WorkerAct {
  return {
    weight: reattach ? 6 : 7,
    request(world, worker, workerId) {
      const held = reattach ? world.random.pick([...worker.held.values()]) : undefined
      const taskId = reattach ? held?.taskId : world.random.pick(world.tasks)
      if (taskId === undefined) return undefined
      const command = { taskId, workerId, requestId: requestId(world) }
      const again = held && { reattach: { attempt: held.attempt } }
      return requestOf({
        name: `${reattach ? 'reattach to' : 'start'} ${taskId}`,
        send: (context) => startAttempt(context, { ...command, ...again }),
        tell: ({ attempt }) => `attempt ${attempt}`,
        answered(_world, { attempt }) {
          hold(worker, workerId, taskId, attempt)
          if (reattach) worker.expired = false
        },
        refused(_world, { code }) {
          if (held && code !== 'lease_expired') worker.held.delete(taskId)
        },
        // A reattachment that restored a lease began nothing, so there is nothing to be answered the same again.
        ...(reattach ? {} : { again: sameAttempt }),
      })
    },
  }
}

function sameAttempt(first: { attempt: number }, second: { attempt: number }): string | null {
  return first.attempt === second.attempt ? null : 'it gave another attempt'
}

/** An act about one attempt that the worker believes to hold. */
function about(
  weight: number,
  make: (
    world: World,
    ref: { taskId: string; workerId: string; attempt: number },
    held: Held,
    worker: SimulatedWorker,
  ) => Request,
): WorkerAct {
  return {
    weight,
    request(world, worker) {
      const held = world.random.pick([...worker.held.values()].filter(({ reported }) => !reported))
      if (!held) return undefined
      const { taskId, attempt, workerId } = held
      return make(world, { taskId, attempt, workerId }, held, worker)
    },
  }
}

const output = about(10, (world, ref, held, worker) => {
  held.written += 1
  const id = freshId(world, 'message')
  held.unacked.push({ id, stream: 'stdout', sequence: held.written, data: `line ${held.written}\n` })
  const messages = [...held.unacked]
  return requestOf({
    name: `output of ${ref.taskId}/${ref.attempt} to ${held.written}`,
    send: (context) => appendOutput(context, { ...ref, messages }),
    committed(_world, { acked }) {
      for (const key of acked) world.kept.add(key)
    },
    answered(_world, { acked }) {
      held.unacked = held.unacked.filter((message) => !acked.includes(message.id))
    },
    refused() {
      // Some do not listen.
      if (world.random.chance(0.6)) worker.held.delete(ref.taskId)
    },
  })
})

const progress = about(5, (world, ref) => {
  const turns = world.random.between(1, 9)
  return requestOf({
    name: `progress of ${ref.taskId}/${ref.attempt}`,
    send: (context) => reportProgress(context, { ...ref, turns, phase: `turn ${turns}` }),
  })
})

const session = about(5, (world, ref) => {
  const sessionId = `session-${world.seed}-${world.random.between(1, 4)}`
  return requestOf({
    name: `session of ${ref.taskId}/${ref.attempt} is ${sessionId}`,
    send: (context) => linkSession(context, { ...ref, sessionId }),
  })
})

const OUTCOMES: readonly { outcome: AttemptOutcome; weight: number }[] = [
  { outcome: 'success', weight: 8 },
  { outcome: 'failed', weight: 6 },
  { outcome: 'interrupted', weight: 2 },
  { outcome: 'cancelled', weight: 1 },
  { outcome: 'aborted_no_skill', weight: 1 },
]

const finish = about(14, (world, ref, held, worker) => {
  const { outcome = 'success' } = held.toCancel
    ? { outcome: 'cancelled' as const }
    : (world.random.weighted(OUTCOMES) ?? {})
  const messageId = freshId(world, 'report')
  held.reported = true
  return requestOf({
    name: `finish ${ref.taskId}/${ref.attempt}: ${outcome}`,
    send: (context) => finishAttempt(context, { ...ref, messageId, outcome, costUsd: 1 }),
    tell: ({ status }) => `the task is ${status}`,
    committed() {
      // An interruption that the ledger had noticed before is nothing new to it.
      if (outcome !== 'interrupted') world.kept.add(messageId)
    },
    answered() {
      worker.held.delete(ref.taskId)
    },
    refused(_world, { code }) {
      worker.held.delete(ref.taskId)
      if (code === 'fence_rejected' || code === 'sealed_task') world.kept.add(messageId)
    },
    // An interruption that the ledger had noticed before leaves no trace of its report.
    ...(outcome === 'interrupted' ? { mayRefuse: ['fence_rejected', 'sealed_task'] as const } : {}),
    again: (first, second) => (first.id === second.id ? null : 'it is about another task'),
  })
})

const goodbye: WorkerAct = {
  weight: 1,
  request: (_world, worker, workerId) =>
    requestOf({
      name: 'goodbye',
      send: (context) => stopWorker(context, { workerId }),
      answered() {
        worker.held.clear()
        worker.id = null
      },
    }),
}

export const WORKER_ACTS: readonly WorkerAct[] = [
  ...[beat, claim, start(false), start(true), output, progress, session, finish, goodbye],
]
