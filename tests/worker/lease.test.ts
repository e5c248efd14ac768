import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '#lib/worker/client.ts'
import { type Held, Lease } from '#lib/worker/lease.ts'
import { eventually } from '../support/eventually.ts'
import { beat, type FakeLedger, problem, registration, startFakeLedger, taskRecord } from '../support/fake-ledger.ts'

let ledger: FakeLedger
let lease: Lease | undefined
let notices: string[]

beforeEach(async () => {
  notices = []
  ledger = await startFakeLedger({
    registerWorker: () => registration({ leaseMs: 30_000, heartbeatMs: 100 }),
    heartbeat: (input) => beat(input),
    stopWorker: () => registration(),
  })
})
afterEach(async () => {
  await lease?.close('the test ended')
  await ledger.stop()
})

async function open(options: { lazily?: boolean } = {}): Promise<Lease> {
  lease = await Lease.open(createClient({ url: ledger.url, token: 't' }), {
    registration: { slots: 2 },
    ...options,
    onNotice: (sentence) => notices.push(sentence),
  })
  return lease
}

/** Work that notes what the lease tells it. */
function work(taskId: string, processGroup?: number) {
  const item = {
    taskId,
    attempt: 1,
    processGroup,
    stops: [] as string[],
    stop: (cause: string) => void item.stops.push(cause),
    reattached: (attempt: number) => {
      item.attempt = attempt
    },
  }
  return item satisfies Held
}

/** The first worker is dead to the ledger; only its successor may go on. */
const afterDeath = (input: Record<string, unknown>, answer: Record<string, unknown>) =>
  input.workerId === 'worker-1' ? problem('lease_expired', 'the worker is dead') : answer

const listed = () => ledger.inputs('heartbeat').at(-1)?.held

describe('the lease', () => {
  test('lists exactly what is held with every heartbeat', async () => {
    const { hold, release } = bound(await open())
    const [a, b] = [work('a'), work('b')]
    hold(a)
    hold(b)
    await eventually(
      'both are listed',
      () => JSON.stringify(listed()) === '[{"taskId":"a","attempt":1},{"taskId":"b","attempt":1}]',
    )
    release(a)
    await eventually('one is listed', () => JSON.stringify(listed()) === '[{"taskId":"b","attempt":1}]')
    expect([a.stops, b.stops]).toEqual([[], []])
  })

  test('beats by itself, too, where it may begin to only when there is a process group', async () => {
    const { hold, release } = bound(await open({ lazily: true }))
    const item = work('a')
    hold(item)
    await eventually('it is listed', () => JSON.stringify(listed()) === '[{"taskId":"a","attempt":1}]')
    release(item)
    await eventually('it is listed no more', () => JSON.stringify(listed()) === '[]')
  })

  test.each(['lost', 'cancel'])('stops the work that the ledger answers with "%s", and no other', async (verdict) => {
    const { hold } = bound(await open())
    const [a, b] = [work('a'), work('b')]
    hold(a)
    hold(b)
    ledger.on({
      heartbeat: (input) => {
        const answer = beat(input)
        const held = (answer.held as { taskId: string }[]).map((item) =>
          item.taskId === 'a' ? { ...item, verdict } : item,
        )
        return { ...answer, held }
      },
    })
    await eventually('the work was stopped', () => a.stops.length > 0)
    expect(a.stops[0]).toBe(verdict)
    expect(b.stops).toEqual([])
  })

  test('registers anew when the lease is over and goes on with the same attempt', async () => {
    const opened = await open()
    const item = work('a')
    opened.hold(item)
    ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: (input) => afterDeath(input, { task: taskRecord({ id: 'a' }), attempt: 1, resume: null }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
    })
    await eventually(
      'the new worker lists it',
      () =>
        ledger.inputs('heartbeat').at(-1)?.workerId === 'worker-2' &&
        JSON.stringify(listed()) === '[{"taskId":"a","attempt":1}]',
    )
    expect(opened.workerId).toBe('worker-2')
    expect(ledger.inputs('startAttempt')).toMatchObject([
      { taskId: 'a', workerId: 'worker-1', reattach: { attempt: 1 } },
      { taskId: 'a', workerId: 'worker-2', reattach: { attempt: 1 } },
    ])
    expect(item).toMatchObject({ attempt: 1, stops: [] })
  })

  test('goes on as the same worker when nobody had noticed that the lease was over', async () => {
    const opened = await open()
    const item = work('a')
    opened.hold(item)
    let isOver = true
    ledger.on({
      startAttempt: () => {
        isOver = false
        return { task: taskRecord({ id: 'a' }), attempt: 1, resume: null }
      },
      heartbeat: (input) => (isOver ? problem('lease_expired', 'over') : beat(input)),
    })
    await eventually('the ledger gave the lease back', () => notices.join().includes('the ledger gave it back'))
    const beats = ledger.inputs('heartbeat').length
    await eventually('heartbeats go on', () => ledger.inputs('heartbeat').length > beats + 2)
    expect(ledger.inputs('registerWorker')).toHaveLength(1)
    expect(opened.workerId).toBe('worker-1')
    expect(item).toMatchObject({ attempt: 1, stops: [] })
  })

  test('goes on as the next attempt when the ledger says so', async () => {
    const opened = await open()
    const item = work('a')
    opened.hold(item)
    ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: (input) =>
        afterDeath(input, { task: taskRecord({ id: 'a', attempt: 2 }), attempt: 2, resume: null }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
    })
    await eventually('it is listed as attempt 2', () => JSON.stringify(listed()) === '[{"taskId":"a","attempt":2}]')
    expect(item.stops).toEqual([])
  })

  test('stops the work that somebody else has taken over', async () => {
    const opened = await open()
    const [mine, taken] = [work('mine'), work('taken')]
    opened.hold(mine)
    opened.hold(taken)
    ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: (input) =>
        input.taskId === 'taken'
          ? problem('fence_rejected', 'attempt 2 is the current one')
          : afterDeath(input, { task: taskRecord({ id: 'mine' }), attempt: 1, resume: null }),
      heartbeat: (input) => (input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input)),
    })
    await eventually('it was stopped', () => taken.stops.length > 0)
    expect(taken.stops).toEqual(['lost'])
    await eventually('the other is listed again', () => JSON.stringify(listed())?.includes('mine'))
    expect(mine.stops).toEqual([])
  })

  test('does not take its own work for lost while it is being reattached', async () => {
    const opened = await open()
    const item = work('a')
    opened.hold(item)
    let tries = 0
    ledger.on({
      registerWorker: () => registration({ id: 'worker-2', heartbeatMs: 100 }),
      startAttempt: (input) => {
        const answer = afterDeath(input, { task: taskRecord({ id: 'a' }), attempt: 1, resume: null })
        return input.workerId === 'worker-2' && tries++ < 3 ? problem('unavailable', 'busy') : answer
      },
      // Under the new worker the ledger gives nothing until it is reattached.
      heartbeat: (input) =>
        input.workerId === 'worker-1' ? problem('lease_expired', 'over') : beat(input, tries > 3 ? 'held' : 'lost'),
    })
    await eventually('it is listed again', () => tries > 3 && JSON.stringify(listed())?.includes('a'))
    expect(item.stops).toEqual([])
  })

  test('stops the work before the lease can be over elsewhere when the ledger falls silent', async () => {
    ledger.on({ registerWorker: () => registration({ leaseMs: 1500, heartbeatMs: 100 }) })
    const opened = await open()
    const item = work('a')
    opened.hold(item)
    let lastAnswer = 0
    ledger.on({
      heartbeat: (input) => {
        lastAnswer = performance.now()
        return beat(input)
      },
    })
    await eventually('a heartbeat', () => lastAnswer > 0)
    ledger.on({ heartbeat: () => problem('unavailable', 'down') })
    const silentSince = lastAnswer
    await eventually('it was stopped', () => item.stops.length > 0)
    const silentMs = performance.now() - silentSince
    expect(item.stops).toEqual(['overdue'])
    expect(silentMs).toBeGreaterThan(1000)
    expect(silentMs).toBeLessThan(1900)
    expect(notices.join()).toContain('the ledger answers heartbeats with 503')
  })

  test('gives back what the ledger says it holds and it does not work on', async () => {
    ledger.on({
      registerWorker: () => registration({ leaseMs: 1000, heartbeatMs: 100 }),
      heartbeat: (input) => ({ ...beat(input), held: [{ taskId: 'ghost', attempt: 3, verdict: 'unknown' }] }),
      finishAttempt: () => ({ task: taskRecord({ id: 'ghost', status: 'interrupted' }) }),
    })
    await open()
    await eventually('it was given back', () => ledger.inputs('finishAttempt').length > 0)
    expect(ledger.inputs('finishAttempt')[0]).toMatchObject({ taskId: 'ghost', attempt: 3, outcome: 'interrupted' })
  })

  test('says goodbye with its reason', async () => {
    const opened = await open()
    await opened.close('the work is done')
    lease = undefined
    expect(ledger.inputs('stopWorker')).toEqual([{ workerId: 'worker-1', reason: 'the work is done' }])
  })

  test('refuses to open without permission, and does not ask again', async () => {
    ledger.on({ registerWorker: () => problem('forbidden', 'a viewer may not register workers') })
    await expect(open()).rejects.toMatchObject({ code: 'forbidden' })
    expect(ledger.inputs('registerWorker')).toHaveLength(1)
  })
})

function bound(opened: Lease) {
  return { hold: (item: Held) => opened.hold(item), release: (item: Held) => opened.release(item) }
}
