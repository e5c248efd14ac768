/** What workers do with an attempt that they believe to hold. */
import {
  appendOutput,
  finishAttempt,
  linkSession,
  registerCompensation,
  reportProgress,
  saveCheckpoint,
} from '#lib/ledger/index.ts'
import type { AttemptOutcome } from '#lib/task/states.ts'
import { type Held, type Request, requestOf, type SimulatedWorker, type WorkerAct } from './worker.ts'
import { freshId, type World } from './world.ts'

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

const wait = about(3, (world, ref) => {
  const waiting = world.random.chance(0.7) ? { reason: 'an approval' } : null
  return requestOf({
    name: `${ref.taskId}/${ref.attempt} waits${waiting ? '' : ' no longer'}`,
    send: (context) => reportProgress(context, { ...ref, waiting }),
  })
})

const checkpoint = about(6, (world, ref) => {
  const turn = world.random.between(1, 4)
  return requestOf({
    name: `checkpoint of ${ref.taskId}/${ref.attempt} at turn ${turn}`,
    send: (context) => saveCheckpoint(context, { ...ref, turn, state: { turn } }),
  })
})

const step = about(3, (world, ref) => {
  const kind = world.random.pick(['branch', 'mail', 'none']) ?? 'none'
  const id = freshId(world, 'step')
  return requestOf({
    name: `compensation of ${ref.taskId}/${ref.attempt}: ${kind}`,
    send: (context) => registerCompensation(context, { ...ref, id, kind, target: 'main', reason: 'it was pushed' }),
    mayRefuse: ['fence_rejected', 'sealed_task'],
    again: (first, second) => (first.position === second.position ? null : 'it is another step'),
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

export const ATTEMPT_ACTS: readonly WorkerAct[] = [output, progress, wait, checkpoint, step, session, finish]
