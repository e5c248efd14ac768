/** A worker and what it keeps on its host. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { readStoreConfig, type StoreConfig } from '#lib/worker/store/config.ts'
import { openSpool } from '#lib/worker/store/spool.ts'
import { type Handler, Worker } from '#lib/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { beat, type FakeLedger, problem, registration, startFakeLedger, taskRecord } from '../support/fake-ledger.ts'
import { removeFolder } from '../support/folders.ts'
import { chunk, KEY } from '../support/store.ts'

let ledger: FakeLedger
let folder: string
let config: StoreConfig
let running: { worker: Worker; ended: Promise<void> } | undefined
let waiting: string[]
let notices: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-state-'))
  config = readStoreConfig({ statePath: join(folder, 'state') }, {})
  waiting = []
  notices = []
  ledger = await startFakeLedger({
    registerWorker: () => registration({ heartbeatMs: 50 }),
    heartbeat: (input) => beat(input),
    claimTasks: ({ max }) => ({
      tasks: waiting.splice(0, Number(max)).map((id) => ({ ...taskRecord({ id }), resume: null })),
    }),
    appendOutput: ({ messages }) => ackAll(messages as { id: string; stream: string; sequence: number }[]),
    finishAttempt: ({ taskId }) => ({ task: taskRecord({ id: String(taskId), status: 'success' }) }),
    stopWorker: () => registration(),
  })
})
afterEach(async () => {
  running?.worker.abort()
  await running?.ended.catch(() => undefined)
  running = undefined
  await ledger.stop()
  removeFolder(folder)
})

function ackAll(messages: readonly { id: string; stream: string; sequence: number }[]) {
  const highest = (stream: string) =>
    Math.max(0, ...messages.filter((each) => each.stream === stream).map(({ sequence }) => sequence))
  return { acked: messages.map(({ id }) => id), highest: { stdout: highest('stdout'), stderr: highest('stderr') } }
}

function start(handler: Handler): Worker {
  const client = createClient({ url: ledger.url, token: 't' })
  const onNotice = (sentence: string) => void notices.push(sentence)
  const worker = new Worker(client, { registration: { slots: 2 }, store: config, onNotice })
  running = { worker, ended: worker.run(handler) }
  return worker
}

async function stop(): Promise<void> {
  running?.worker.drain()
  await running?.ended
}
const stores = () => readdirSync(join(config.statePath, 'store'))
const names = () => ledger.calls.map(({ name }) => name).filter((name) => name !== 'heartbeat')

describe('a worker', () => {
  test('delivers what a dead one left before it asks for anything new', async () => {
    const dead = await openSpool(config, ledger.url)
    dead.store.recordReceived({ ...KEY, workerId: 'dead' })
    dead.store.recordStarted(KEY)
    dead.store.appendOutputChunk(chunk(1, 'last words'))
    dead.close()
    start(async () => undefined)
    await eventually('it asks for tasks', () => names().includes('claimTasks'))
    expect(names().slice(0, 4)).toEqual(['registerWorker', 'appendOutput', 'finishAttempt', 'claimTasks'])
    const own = { taskId: 'task-1', attempt: 1, workerId: 'dead' }
    expect(ledger.inputs('appendOutput')[0]).toMatchObject({ ...own, late: true, messages: [{ data: 'last words' }] })
    expect(ledger.inputs('finishAttempt')[0]).toMatchObject({ ...own, outcome: 'interrupted', exitCode: -1 })
    await stop()
    expect(stores()).toEqual([])
  })

  test('goes on to new work when the ledger refuses what a dead one left', async () => {
    const dead = await openSpool(config, ledger.url)
    dead.store.recordReceived({ ...KEY, workerId: 'dead' })
    dead.store.appendOutputChunk(chunk(1, 'last words'))
    dead.close()
    ledger.on({
      appendOutput: () => problem('fence_rejected', 'attempt 2 is the current one'),
      finishAttempt: () => problem('fence_rejected', 'attempt 2 is the current one'),
    })
    start(async () => undefined)
    await eventually('it asks for tasks', () => names().includes('claimTasks'))
    await stop()
    expect(stores()).toEqual([])
    expect(notices.join('\n')).toContain('the rest of its output was refused: attempt 2 is the current one')
  })

  test('claims nothing while its store is full, and claims again once that has drained', async () => {
    config = { ...config, capBytes: 3000, reserveBytes: 2000 }
    ledger.on({ finishAttempt: () => problem('unavailable', 'down') })
    waiting = ['a', 'b']
    start(async () => ({ outcome: 'success', artifacts: 'x'.repeat(1500) }))
    await eventually('it says so', () => notices.some((sentence) => sentence.includes('the local store is full')))
    expect(ledger.inputs('claimTasks').every(({ max }) => max === 1)).toBe(true)
    expect(waiting).toEqual(['b'])
    ledger.on({ finishAttempt: ({ taskId }) => ({ task: taskRecord({ id: String(taskId), status: 'success' }) }) })
    await eventually('the other was claimed', () => waiting.length === 0, 15_000)
    await stop()
    expect(stores()).toEqual([])
  })

  test('keeps nothing of a task that somebody else has', async () => {
    waiting = ['a']
    ledger.on({ heartbeat: (input) => beat(input, 'lost'), appendOutput: () => problem('unavailable', 'down') })
    start(async (_, attempt) => {
      attempt.write('stdout', 'in vain')
      await new Promise((resolve) => attempt.signal.addEventListener('abort', resolve))
      return undefined
    })
    await eventually('it was stopped', () =>
      notices.some((sentence) => sentence.includes('gave the task to somebody else')),
    )
    await stop()
    expect(ledger.inputs('finishAttempt')).toEqual([])
    expect(stores()).toEqual([])
  })

  test('sends what a handler wrote last when it has to leave', async () => {
    waiting = ['a']
    const worker = start(async (_, attempt) => {
      attempt.write('stdout', 'last words')
      await new Promise((resolve) => attempt.signal.addEventListener('abort', resolve))
      return undefined
    })
    await eventually('it is held', () => JSON.stringify(ledger.inputs('heartbeat')).includes('"a"'))
    worker.abort()
    await running?.ended
    expect(ledger.inputs('appendOutput').at(-1)?.messages).toMatchObject([{ data: 'last words' }])
    expect(ledger.calls.at(-1)?.name).toBe('stopWorker')
    expect(stores()).toEqual([])
  })

  test('saves checkpoints under its attempt, and asks again when the answer did not come', async () => {
    waiting = ['a']
    let asked = 0
    ledger.on({
      saveCheckpoint: ({ turn, state }) =>
        asked++ === 0
          ? problem('unavailable', 'down')
          : { checkpoint: { taskId: 'a', attempt: 1, turn, state, savedAt: new Date().toISOString() } },
    })
    let saved: unknown
    start(async (_, attempt) => {
      saved = await attempt.checkpoint({ turn: 3, state: { step: 'test' } })
      return undefined
    })
    await eventually('it is reported', () => ledger.inputs('finishAttempt').length === 1)
    expect(saved).toMatchObject({ taskId: 'a', turn: 3 })
    expect(ledger.inputs('saveCheckpoint')).toMatchObject([
      { attempt: 1, turn: 3 },
      { attempt: 1, turn: 3 },
    ])
    expect(ledger.inputs('finishAttempt')[0]).toMatchObject({ outcome: 'success' })
  })

  test('refuses a named place that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    config = { ...config, statePath: join(folder, 'file/state') }
    start(async () => undefined)
    await expect(running?.ended).rejects.toMatchObject({ code: 'unavailable' })
  })
})
