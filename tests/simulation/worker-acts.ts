/** What workers do. Each act is a request made from what the worker believes, which need not be so. */
import { claimTasks, heartbeat, registerWorker, startAttempt, stopWorker } from '#lib/ledger/index.ts'
import { ATTEMPT_ACTS } from './attempt-acts.ts'
import { hold, type Request, requestId, requestOf, type SimulatedWorker, type WorkerAct } from './worker.ts'
import type { World } from './world.ts'

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

export const WORKER_ACTS: readonly WorkerAct[] = [...[beat, claim, start(false), start(true), ...ATTEMPT_ACTS, goodbye]]
