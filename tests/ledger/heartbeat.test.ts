import { expect, it } from 'vitest'
import { cancelTask, declareDead, drainWorker, heartbeat, stopWorker } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventTypes, finish, hire, pass, refusal, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const beat = ({ context }: Ledger, workerId: string, held: { taskId: string; attempt: number }[] = []) =>
  heartbeat(context, { workerId, held })

const at = (ms: number) => new Date(START_MS + ms).toISOString()

forEachDialect('heartbeat', (open) => {
  it('extends the lease by one term from now, and counts', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    ledger.clock.advance(5000)
    expect(await beat(ledger, id)).toEqual({ leaseExpiresAt: at(35_000), serverTime: at(5000), drain: false, held: [] })
    expect(await rowsOf(ledger, 'workers')).toMatchObject([{ heartbeat_count: 1, last_heartbeat_at: START_MS + 5000 }])
  })

  it('changes one row, the worker’s own, however many tasks it holds', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const refs = []
    for (let index = 0; index < 20; index += 1) refs.push((await begin(ledger, {}, worker)).ref)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])
    ledger.clock.advance(5000)
    const answer = await beat(
      ledger,
      worker.id,
      refs.map(({ taskId, attempt }) => ({ taskId, attempt })),
    )
    expect(answer.held.map(({ verdict }) => verdict)).toEqual(Array(20).fill('held'))
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])).toEqual(before)
  })

  it('is accepted one millisecond before the lease is over', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    ledger.clock.advance(29_999)
    expect((await beat(ledger, id)).leaseExpiresAt).toBe(at(59_999))
  })

  it('is refused at the very end of the lease, and after it, swept or not', async () => {
    const ledger = await open()
    const { worker } = await begin(ledger)
    ledger.clock.advance(30_000)
    const before = await snapshot(ledger)
    const refused = await refusal(beat(ledger, worker.id))
    expect(refused).toMatchObject({ code: 'lease_expired', facts: { leaseExpiresAt: at(30_000), state: 'alive' } })
    ledger.clock.advance(1)
    expect(await codeOf(beat(ledger, worker.id))).toBe('lease_expired')
    expect(await snapshot(ledger)).toEqual(before)
    ledger.clock.set(START_MS)
    await pass(ledger, 30_001)
    await sweep(ledger)
    expect(await refusal(beat(ledger, worker.id))).toMatchObject({ code: 'lease_expired', facts: { state: 'dead' } })
  })

  it('never moves the expiry backwards', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    ledger.clock.set(START_MS - 3_600_000)
    expect((await beat(ledger, id)).leaseExpiresAt).toBe(at(30_000))
  })

  it('is refused to a worker that nobody knows, that said goodbye, or that was declared dead', async () => {
    const ledger = await open()
    const [stopped, dead] = [await hire(ledger), await hire(ledger)]
    await stopWorker(ledger.context, { workerId: stopped.id })
    await declareDead(ledger.context, { workerId: dead.id, reason: 'switched off' })
    const before = await snapshot(ledger)
    expect(await codeOf(beat(ledger, 'nobody'))).toBe('not_found')
    expect(await codeOf(beat(ledger, stopped.id))).toBe('lease_expired')
    expect(await codeOf(beat(ledger, dead.id))).toBe('lease_expired')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('tells a draining worker to drain, and keeps its lease', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    await drainWorker(ledger.context, { workerId: id })
    ledger.clock.advance(20_000)
    expect(await beat(ledger, id)).toMatchObject({ drain: true, leaseExpiresAt: at(50_000) })
  })

  it('of many workers at once renews each, and refuses only the late', async () => {
    const ledger = await open()
    const late = await hire(ledger)
    ledger.clock.advance(29_000)
    const workers = await Promise.all(Array.from({ length: 20 }, () => hire(ledger)))
    ledger.clock.advance(1000)
    const commands = [late, ...workers].map(({ id }) => ({ workerId: id, held: [] }))
    const results = await heartbeat.many(ledger.context, commands)
    expect(results.map(({ ok }) => ok)).toEqual([false, ...Array(20).fill(true)])
  })

  it('keeps a worker that thinks for ten minutes', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    for (let ms = 0; ms < 600_000; ms += 20_000) {
      await pass(ledger, 20_000)
      await sweep(ledger)
      await beat(ledger, worker.id, [{ taskId: ref.taskId, attempt: 1 }])
    }
    expect(await rowsOf(ledger, 'task_history')).toMatchObject([{ status: 'running', attempt: 1 }])
  })
})

forEachDialect('a heartbeat answers', (open) => {
  it('held, lost, cancel and unknown, each attempt by what the ledger has', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const [held, asked, unlisted] = [
      await begin(ledger, {}, worker),
      await begin(ledger, {}, worker),
      await begin(ledger, {}, worker),
    ]
    const foreign = await begin(ledger)
    await cancelTask(ledger.context, { taskId: asked.task.id, reason: 'not wanted' })
    const listed = [held, asked, foreign].map(({ task }) => ({ taskId: task.id, attempt: 1 }))
    const answer = await beat(ledger, worker.id, [...listed, { taskId: held.task.id, attempt: 2 }])
    expect(answer.held).toEqual([
      { taskId: held.task.id, attempt: 1, verdict: 'held' },
      { taskId: asked.task.id, attempt: 1, verdict: 'cancel' },
      { taskId: foreign.task.id, attempt: 1, verdict: 'lost' },
      { taskId: held.task.id, attempt: 2, verdict: 'lost' },
      { taskId: unlisted.task.id, attempt: 1, verdict: 'unknown' },
    ])
  })

  it('lost for a task that does not exist, and writes no history for it', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const answer = await beat(ledger, id, [{ taskId: 'no-task', attempt: 1 }])
    expect(answer.held).toEqual([{ taskId: 'no-task', attempt: 1, verdict: 'lost' }])
    expect((await rowsOf(ledger, 'task_events')).map((row) => row.type)).toEqual(['worker.registered'])
  })

  it('lost to a worker that finished in the meantime, which is no refusal to tell of', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    await finish(ledger, ref)
    const answer = await beat(ledger, worker.id, [{ taskId: ref.taskId, attempt: 1 }])
    expect(answer.held).toMatchObject([{ verdict: 'lost' }])
    expect(await eventTypes(ledger, ref.taskId)).not.toContain('task.refused')
  })

  it('to progress with the time at which the attempt got on, of its own attempts alone', async () => {
    const ledger = await open()
    const { worker, ref } = await begin(ledger)
    const other = await begin(ledger)
    ledger.clock.advance(5000)
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    const progress = [...held, { taskId: other.task.id, attempt: 1 }]
    await heartbeat(ledger.context, { workerId: worker.id, held, progress })
    const attempts = new Map(
      (await rowsOf(ledger, 'task_attempts')).map((row) => [row.task_id, Number(row.progress_at)]),
    )
    expect(attempts.get(ref.taskId)).toBe(START_MS + 5000)
    expect(attempts.get(other.task.id)).toBe(START_MS)
  })
})
