import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { Worker, type WorkerOptions } from '#lib/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import {
  beat,
  type FakeLedger,
  LOST,
  problem,
  registration,
  SILENT,
  startFakeLedger,
  taskRecord,
} from '../support/fake-ledger.ts'
import { removeFolder } from '../support/folders.ts'

let ledger: FakeLedger
let running: { worker: Worker; ended: Promise<void> } | undefined
/** Titles of the tasks that wait for a worker. */
let waiting: string[]
/** What was given under a request id is given again under it. */
let given: Map<unknown, unknown[]>

beforeEach(async () => {
  process.env.ROLLCALL_STATE_PATH = mkdtempSync(join(tmpdir(), 'rollcall-state-'))
  waiting = []
  given = new Map()
  ledger = await startFakeLedger({
    registerWorker: () => registration({ heartbeatMs: 100 }),
    heartbeat: (input) => beat(input),
    claimTasks: ({ requestId, max }) => claim(requestId, Number(max)),
    finishAttempt: ({ taskId }) => ({ task: taskRecord({ id: String(taskId), status: 'success' }) }),
    stopWorker: () => registration(),
  })
})
afterEach(async () => {
  running?.worker.abort()
  await running?.ended.catch(() => undefined)
  running = undefined
  await ledger.stop()
  removeFolder(process.env.ROLLCALL_STATE_PATH ?? '')
  delete process.env.ROLLCALL_STATE_PATH
})

function claim(requestId: unknown, max: number) {
  const tasks =
    given.get(requestId) ??
    waiting.splice(0, max).map((title) => ({ ...taskRecord({ id: title, title }), resume: null }))
  given.set(requestId, tasks)
  return { tasks }
}

function start(handler: Parameters<Worker['run']>[0], options: Partial<WorkerOptions> = {}): Worker {
  const worker = new Worker(createClient({ url: ledger.url, token: 't' }), { registration: { slots: 2 }, ...options })
  running = { worker, ended: worker.run(handler) }
  return worker
}
const ended = () => running?.ended
const reports = () => ledger.inputs('finishAttempt')

/** A handler whose tasks end when the test says so. */
function gate() {
  const open = new Map<string, () => void>()
  const handler = ({ title }: { title: string }, { signal }: { signal: AbortSignal }) =>
    new Promise<undefined>((resolve, reject) => {
      open.set(title, () => resolve(undefined))
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { handler, open }
}

describe('a worker', () => {
  test('hands over tasks, never more at a time than it has slots, and reports each outcome', async () => {
    waiting = ['a', 'b', 'c']
    const { handler, open } = gate()
    start(handler)
    await eventually('both slots are taken', () => open.size === 2)
    expect(ledger.inputs('claimTasks').map(({ max }) => max)[0]).toBe(2)
    open.get('a')?.()
    await eventually('the third has begun', () => open.has('c'))
    expect(
      ledger
        .inputs('claimTasks')
        .map(({ max }) => max)
        .at(-1),
    ).toBe(1)
    open.get('b')?.()
    open.get('c')?.()
    await eventually('all are reported', () => reports().length === 3)
    expect(reports().map(({ taskId, outcome }) => [taskId, outcome])).toEqual([
      ['a', 'success'],
      ['b', 'success'],
      ['c', 'success'],
    ])
  })

  test('reports what the handler says, and what it throws as a failure', async () => {
    waiting = ['says', 'throws']
    start(async ({ title }) => {
      if (title === 'throws') throw new RangeError('out of range')
      return { outcome: 'aborted_no_skill', reason: 'cannot weld' }
    })
    await eventually('both are reported', () => reports().length === 2)
    const of = (id: string) => reports().find(({ taskId }) => taskId === id)
    expect(of('says')).toMatchObject({ outcome: 'aborted_no_skill', reason: 'cannot weld' })
    expect(of('throws')).toMatchObject({ outcome: 'failed', error: { class: 'RangeError', message: 'out of range' } })
  })

  test('asks again under the same request id when the answer to a claim was lost, and works once', async () => {
    waiting = ['a']
    let asked = 0
    ledger.on({
      claimTasks: ({ requestId, max }) => {
        const answer = claim(requestId, Number(max))
        return asked++ === 0 ? LOST : answer
      },
    })
    const worked: string[] = []
    start(async ({ title }) => {
      worked.push(title)
      return undefined
    })
    await eventually('it is reported', () => reports().length === 1)
    expect(worked).toEqual(['a'])
    const [first, second] = ledger.inputs('claimTasks')
    expect(second?.requestId).toBe(first?.requestId)
  })

  test('drains: takes nothing new, beats on until the last task is released, then says goodbye', async () => {
    waiting = ['a', 'b', 'c']
    const { handler, open } = gate()
    const worker = start(handler)
    await eventually('both slots are taken', () => open.size === 2)
    worker.drain()
    open.get('a')?.()
    await eventually('the first is reported', () => reports().length === 1)
    const beats = ledger.inputs('heartbeat').length
    await eventually('heartbeats go on', () => ledger.inputs('heartbeat').length >= beats + 3)
    expect(ledger.inputs('stopWorker')).toEqual([])
    open.get('b')?.()
    await ended()
    expect(ledger.calls.at(-1)?.name).toBe('stopWorker')
    expect(waiting).toEqual(['c'])
  })

  test('drains at once while it waits for a task', async () => {
    ledger.on({ claimTasks: () => SILENT })
    const worker = start(async () => undefined)
    await eventually('it asks for a task', () => ledger.inputs('claimTasks').length > 0)
    worker.drain()
    await ended()
    expect(ledger.inputs('stopWorker')).toHaveLength(1)
  })

  test('aborts what runs when it is told to leave, and lets the goodbye speak for it', async () => {
    waiting = ['a']
    const { handler, open } = gate()
    const worker = start(handler)
    await eventually('it has begun', () => open.size === 1)
    worker.abort()
    await ended()
    expect(reports()).toEqual([])
    expect(ledger.inputs('stopWorker')).toHaveLength(1)
  })

  test('aborts the one task that the ledger asks to cancel, and reports it as cancelled', async () => {
    waiting = ['a', 'b']
    const { handler, open } = gate()
    start(handler)
    await eventually('both have begun', () => open.size === 2)
    ledger.on({
      heartbeat: (input) => {
        const { held, ...answer } = beat(input)
        const judged = (held as { taskId: string }[]).map((item) =>
          item.taskId === 'a' ? { ...item, verdict: 'cancel' } : item,
        )
        return { ...answer, held: judged }
      },
    })
    await eventually('it is reported', () => reports().length === 1)
    expect(reports()[0]).toMatchObject({ taskId: 'a', outcome: 'cancelled' })
  })

  test('claims nothing while an operator drains it, and goes on when that ends', async () => {
    const drain = (on: boolean) => ledger.on({ heartbeat: (input) => ({ ...beat(input), drain: on }) })
    drain(true)
    ledger.on({ claimTasks: () => ({ tasks: [] }) })
    const worked: string[] = []
    start(async ({ title }) => {
      worked.push(title)
      return undefined
    })
    await eventually('it knows', () => ledger.inputs('heartbeat').length >= 2)
    ledger.on({ claimTasks: ({ requestId, max }) => claim(requestId, Number(max)) })
    const asked = () => ledger.inputs('claimTasks').length
    await eventually('no claim is under way', async () => {
      const before = asked()
      const beats = ledger.inputs('heartbeat').length
      await eventually('some time passes', () => ledger.inputs('heartbeat').length >= beats + 8)
      return asked() === before
    })
    waiting = ['a']
    drain(false)
    await eventually('the task is done', () => worked.includes('a'))
  })

  test('registers anew when its lease is over, and claims as the new worker', async () => {
    ledger.on({
      claimTasks: ({ workerId, requestId, max }) =>
        workerId === 'worker-1' ? problem('lease_expired', 'over') : claim(requestId, Number(max)),
    })
    let registered = 0
    ledger.on({ registerWorker: () => registration({ id: `worker-${++registered}`, heartbeatMs: 100 }) })
    waiting = ['a']
    start(async () => undefined)
    await eventually('it is reported', () => reports().length === 1)
    expect(reports()[0]).toMatchObject({ taskId: 'a', workerId: 'worker-2' })
  })

  test('ends with the error when it may not claim', async () => {
    ledger.on({ claimTasks: () => problem('forbidden', 'a viewer may not claim') })
    start(async () => undefined)
    await expect(ended()).rejects.toMatchObject({ code: 'forbidden' })
    expect(ledger.inputs('stopWorker')).toHaveLength(1)
  })

  test('does not ask in a busy loop a ledger that answers at once with nothing', async () => {
    start(async () => undefined)
    await eventually('some heartbeats', () => ledger.inputs('heartbeat').length >= 10)
    expect(ledger.inputs('claimTasks').length).toBeLessThanOrEqual(4)
  })

  test('ends after so many tasks when told so', async () => {
    waiting = ['a', 'b']
    start(async () => undefined, { limit: 1 })
    await ended()
    expect(reports().map(({ taskId }) => taskId)).toEqual(['a'])
    expect(waiting).toEqual(['b'])
  })
})
