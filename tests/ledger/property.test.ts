/**
 * Any sequence of acts by workers, operators and the clock, over restarts. Whatever is refused, these hold after every
 * step. A failure prints its seed: put `{ seed, path }` from there into the options below to see it again.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Row } from '#lib/db/types.ts'
import {
  appendOutput,
  cancelTask,
  claimTasks,
  createTask,
  declareDead,
  drainWorker,
  failTask,
  finishAttempt,
  heartbeat,
  linkSession,
  reassignTask,
  registerWorker,
  reportProgress,
  resumeWorker,
  saveCheckpoint,
  startAttempt,
  stopWorker,
  undoReassignment,
} from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { ATTEMPT_OUTCOMES } from '#lib/task/states.ts'
import { freshId, pass, reportOf, sweep, taskOf, workerOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { type Ledger, ledgerOn, rowsOf } from '../support/ledger.ts'

const WORKERS = 3

interface World {
  readonly ledger: Ledger
  /** Who works now; one that ended is replaced by the act `hire`. */
  readonly workers: string[]
  readonly tasks: string[]
}

type Act = (world: World) => Promise<unknown>

const pick = (from: readonly string[], index: number) => from[index % Math.max(1, from.length)] ?? 'nobody'

/** Makes acts about one worker and one task, of which the world then has one by these numbers. */
function about(
  name: string,
  run: (world: World, workerId: string, taskId: string, number: number) => Promise<unknown>,
) {
  return fc
    .record({ worker: fc.nat(WORKERS - 1), task: fc.nat(7), number: fc.nat(4) })
    .map(({ worker, task, number }) => ({
      name: `${name}(worker ${worker}, task ${task}, ${number})`,
      [fc.toStringMethod]() {
        return this.name
      },
      act: ((world) => run(world, pick(world.workers, worker), pick(world.tasks, task), number)) as Act,
    }))
}

/** The attempt that is current, or now and then one that is not. */
async function attemptOf({ ledger }: World, taskId: string, number: number): Promise<number> {
  const [row] = await ledger.sql('SELECT attempt FROM task_history WHERE id = $1', [taskId])
  return Math.max(1, Number(row?.attempt ?? 1) - (number === 4 ? 1 : 0))
}

async function holderOf({ ledger }: World, taskId: string, workerId: string, number: number): Promise<string> {
  const [row] = await ledger.sql('SELECT worker_id FROM task_history WHERE id = $1', [taskId])
  return number === 3 ? workerId : String(row?.worker_id ?? workerId)
}

async function refOf(world: World, workerId: string, taskId: string, number: number) {
  const attempt = await attemptOf(world, taskId, number)
  return { taskId, attempt, workerId: await holderOf(world, taskId, workerId, number) }
}

async function heldBy({ ledger }: World, workerId: string) {
  const rows = await ledger.sql('SELECT id, attempt FROM task_history WHERE worker_id = $1 AND attempt > 0', [workerId])
  return rows.map(({ id, attempt }) => ({ taskId: String(id), attempt: Number(attempt) }))
}

const reason = 'because'

const workersActs = [
  about('claim', ({ ledger: { context } }, workerId, _task, number) =>
    claimTasks(context, { workerId, requestId: freshId('r'), max: number + 1 }),
  ),
  about('start', ({ ledger: { context } }, workerId, taskId) =>
    startAttempt(context, { taskId, workerId, requestId: freshId('r') }),
  ),
  about('reattach', async (world, workerId, taskId, number) =>
    startAttempt(world.ledger.context, {
      ...{ taskId, workerId, requestId: freshId('r') },
      reattach: { attempt: await attemptOf(world, taskId, number) },
    }),
  ),
  about('beat', async (world, workerId) =>
    heartbeat(world.ledger.context, { workerId, held: await heldBy(world, workerId) }),
  ),
  about('finish', async (world, workerId, taskId, number) => {
    const outcome = ATTEMPT_OUTCOMES[number] ?? 'success'
    return finishAttempt(world.ledger.context, reportOf(await refOf(world, workerId, taskId, 0), { outcome }))
  }),
  about('report', async (world, workerId, taskId, number) =>
    finishAttempt(world.ledger.context, reportOf(await refOf(world, workerId, taskId, number), { costUsd: number })),
  ),
  about('progress', async (world, workerId, taskId, number) =>
    reportProgress(world.ledger.context, { ...(await refOf(world, workerId, taskId, number)), turns: number }),
  ),
  about('wait', async (world, workerId, taskId, number) =>
    reportProgress(world.ledger.context, {
      ...(await refOf(world, workerId, taskId, number)),
      waiting: number === 0 ? null : { reason: `approval ${number}` },
    }),
  ),
  about('save', async (world, workerId, taskId, number) =>
    saveCheckpoint(world.ledger.context, {
      ...{ ...(await refOf(world, workerId, taskId, number)), turn: number + 1, state: { number } },
    }),
  ),
  about('link', async (world, workerId, taskId, number) =>
    linkSession(world.ledger.context, { ...(await refOf(world, workerId, taskId, number)), sessionId: freshId('s') }),
  ),
  about('beat of all', ({ ledger: { context }, workers }) =>
    heartbeat.many(
      context,
      workers.map((workerId) => ({ workerId, held: [] })),
    ),
  ),
  about('output', async (world, workerId, taskId, number) =>
    appendOutput(world.ledger.context, {
      ...(await refOf(world, workerId, taskId, number)),
      messages: [{ id: freshId('m'), stream: 'stdout', sequence: number + 1, data: 'x' }],
    }),
  ),
]

const operatorsActs = [
  about('create', async ({ ledger: { context }, tasks }, workerId, task, number) => {
    const start = number < 2 ? { start: { workerId } } : {}
    const strategy = number === 3 ? { strategy: 'resume-from-checkpoint', progressTimeoutMs: 5000 } : {}
    const budgets = { maxRetries: number % 3, maxInterruptions: number % 2, sideEffects: number === 4, ...strategy }
    tasks.push((await createTask(context, taskOf({ ...budgets, ...start }))).id)
    return task
  }),
  about('fail', ({ ledger: { context } }, _worker, taskId) => failTask(context, { taskId, reason })),
  about('cancel', ({ ledger: { context } }, _worker, taskId) => cancelTask(context, { taskId, reason })),
  about('reassign', ({ ledger: { context } }, workerId, taskId, number) =>
    reassignTask(context, { taskId, reason, ...(number === 0 ? { workerId } : {}), holdMs: number * 1000 }),
  ),
  about('undo', ({ ledger: { context } }, _worker, taskId) => undoReassignment(context, { taskId })),
  about('drain', ({ ledger: { context } }, workerId) => drainWorker(context, { workerId })),
  about('resume', ({ ledger: { context } }, workerId) => resumeWorker(context, { workerId })),
  about('hire', async (world, workerId, _task, number) => {
    const replaces = number === 0 ? { replaces: workerId } : {}
    const { id } = await registerWorker(world.ledger.context, workerOf(replaces))
    world.workers[world.workers.indexOf(workerId)] = id
  }),
]

const endingActs = [
  about('stop', ({ ledger: { context } }, workerId) => stopWorker(context, { workerId })),
  about('bury', ({ ledger: { context } }, workerId) => declareDead(context, { workerId })),
]

const timesActs = [
  about('sweep', ({ ledger }) => sweep(ledger)),
  about('pass', ({ ledger }, _worker, _task, number) => pass(ledger, 1000 + number * 9000)),
  about('outage', async ({ ledger }, _worker, _task, number) => ledger.clock.advance(number * 40_000)),
  about('set back', async ({ ledger }) => ledger.clock.advance(-20_000)),
  about('restart', ({ ledger }) => ledger.reopen()),
]

const sealedKey = (row: Row) => `${row.task_id ?? row.id}/${row.task_id ? row.attempt : 'task'}`

/** Remembers what must never change again, and compares. */
function watch(ledger: Ledger) {
  const sealed = new Map<string, Row>()
  const attempts = new Map<string, number>()
  return async () => {
    const tasks = await rowsOf(ledger, 'task_history')
    for (const task of tasks) {
      expect(task.attempt).toBeGreaterThanOrEqual(attempts.get(String(task.id)) ?? 0)
      attempts.set(String(task.id), Number(task.attempt))
      expect(task.retries_used).toBeLessThanOrEqual(Number(task.max_retries))
      // One that several tasks shared counts a part of one against each.
      expect(task.blame_ppm).toBeLessThanOrEqual((Number(task.max_interruptions) + 1) * 1_000_000)
      expect(task.worker_id !== null || !['running', 'waiting'].includes(String(task.status))).toBe(true)
    }
    const ended = [
      ...tasks.filter(({ sealed_at }) => sealed_at !== null),
      ...(await rowsOf(ledger, 'task_attempts')).filter(({ finished_at }) => finished_at !== null),
    ]
    const now = new Map(ended.map((row) => [sealedKey(row), row]))
    for (const [key, row] of sealed) expect(now.get(key)).toEqual(row)
    for (const [key, row] of now) sealed.set(key, row)
    await checkInvariants(ledger)
  }
}

const open = ledgerOn('sqlite')

async function live(acts: readonly { name: string; act: Act }[]): Promise<void> {
  const ledger = await open()
  const world: World = { ledger, workers: [], tasks: [] }
  for (let index = 0; index < WORKERS; index += 1) {
    world.workers.push((await registerWorker(ledger.context, workerOf())).id)
  }
  const [first = '', second = ''] = world.workers
  for (const workerId of [first, first, second]) {
    world.tasks.push((await createTask(ledger.context, taskOf({ start: { workerId } }))).id)
  }
  const look = watch(ledger)
  for (const { name, act } of acts) {
    try {
      await act(world)
    } catch (error) {
      // Refusals are answers; everything else is a bug.
      if (!isTaskError(error) || error.code === 'internal') throw new Error(`${name} broke`, { cause: error })
    }
    await look()
  }
}

it('keeps every promise of the ledger, whatever is asked in whatever order', async () => {
  const act = fc.oneof(
    { weight: 12, arbitrary: fc.oneof(...workersActs) },
    { weight: 8, arbitrary: fc.oneof(...operatorsActs) },
    { weight: 4, arbitrary: fc.oneof(...timesActs) },
    { weight: 1, arbitrary: fc.oneof(...endingActs) },
  )
  const days = fc.array(act, { minLength: 10, maxLength: 50, size: 'max' })
  await fc.assert(fc.asyncProperty(days, live), { numRuns: 25 })
}, 60_000)
