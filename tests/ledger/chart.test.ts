import { expect, it } from 'vitest'
import { createTask, readChart, readStandings, reassignTask } from '#lib/ledger/index.ts'
import { begin, codeOf, finish, hire, pass, startedBy, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const HOUR_MS = 3_600_000

function instantOf({ clock }: Ledger, agoMs: number): string {
  return new Date(clock() - agoMs).toISOString()
}

forEachDialect('the chart of attempts', (open) => {
  it('has what ran in its window: under way, sealed since, and interrupted; nothing older', async () => {
    const ledger = await open()
    const old = await begin(ledger, { title: 'old' })
    await finish(ledger, old.ref)
    ledger.clock.advance(2 * HOUR_MS)
    const recent = await begin(ledger, { title: 'recent' })
    await finish(ledger, recent.ref)
    const failed = await begin(ledger, { title: 'failed' })
    await finish(ledger, failed.ref, { outcome: 'failed' })
    const running = await begin(ledger, { title: 'running' })
    const { attempts, workers, truncated } = await readChart(ledger.context, {})
    const told = attempts.map(({ title, status, endedAt }) => [title, status, endedAt !== null]).toSorted()
    expect(told).toEqual([
      ['failed', 'failed', true],
      ['recent', 'success', true],
      ['running', 'running', false],
    ])
    expect(workers.map(({ id }) => id)).toEqual(
      expect.arrayContaining([recent, failed, running].map((one) => one.worker.id)),
    )
    expect(truncated).toBe(false)
    const { attempts: earlier } = await readChart(ledger.context, {
      since: instantOf(ledger, 3 * HOUR_MS),
      until: instantOf(ledger, HOUR_MS),
    })
    expect(earlier.map(({ title }) => title)).toEqual(['old'])
  })

  it('tells a death with its last heartbeat, its incident and who took over, those that it hit first', async () => {
    const ledger = await open()
    await hire(ledger, { name: 'aaa/1', host: 'aaa' })
    const dead = await hire(ledger, { name: 'zzz/1', host: 'zzz' })
    await hire(ledger, { name: 'zzz/0', host: 'zzz', leaseMs: HOUR_MS })
    const { task } = await begin(ledger, {}, dead)
    const { lastHeartbeatAt } = dead
    await pass(ledger, 31_000)
    await sweep(ledger)
    await reassignTask(ledger.context, { taskId: task.id, reason: 'at once' })
    await startedBy(ledger, task.id)
    const { attempts, workers, marks } = await readChart(ledger.context, {})
    expect(attempts.toSorted((a, b) => a.attempt - b.attempt)).toMatchObject([
      { attempt: 1, status: 'interrupted', current: false, lastHeartbeatAt },
      { attempt: 2, status: 'running', current: true, endedAt: null },
    ])
    expect(marks).toMatchObject([{ kind: 'incident', open: true, workerIds: [dead.id] }])
    expect(workers.slice(0, 2).map(({ name }) => name)).toEqual(['zzz/1', 'zzz/0'])
    expect(workers[0]).toMatchObject({ state: 'dead', deathKind: 'suspected' })
  })

  it('marks when the report of an attempt came too late, and of no other', async () => {
    const ledger = await open()
    const { ref, task } = await begin(ledger)
    const other = await begin(ledger)
    await pass(ledger, 31_000)
    await sweep(ledger)
    for (const { id } of [task, other.task]) await reassignTask(ledger.context, { taskId: id, reason: 'at once' })
    await startedBy(ledger, task.id)
    ledger.clock.advance(5000)
    const refusedAt = instantOf(ledger, 0)
    expect(await codeOf(finish(ledger, ref))).toBe('fence_rejected')
    const { attempts } = await readChart(ledger.context, {})
    const told = attempts.map(({ taskId, attempt, refusedAt: at }) => [taskId, attempt, at])
    expect(told).toContainEqual([task.id, 1, refusedAt])
    expect(told).toContainEqual([task.id, 2, null])
    expect(told).toContainEqual([other.task.id, 1, null])
  })

  it('says since when an attempt is silent past its limit', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { leaseMs: HOUR_MS })
    const { task } = await begin(ledger, { progressTimeoutMs: 60_000 }, worker)
    ledger.clock.advance(61_000)
    const { attempts } = await readChart(ledger.context, {})
    expect(attempts).toMatchObject([{ taskId: task.id, silentSince: task.startedAt }])
    expect(await readStandings(ledger.context)).toMatchObject({
      running: { count: 1 },
      noProgress: { count: 1, oldestAt: task.startedAt },
    })
  })

  it('refuses a window that ends before it begins, or is longer than a week', async () => {
    const { context } = await open()
    const [early, late] = ['2026-11-01T00:00:00Z', '2026-11-21T00:00:00Z']
    expect(await codeOf(readChart(context, { since: late, until: early }))).toBe('validation')
    expect(await codeOf(readChart(context, { since: early, until: late }))).toBe('validation')
  })
})

forEachDialect('how things stand', (open) => {
  it('counts open tasks by what they need of a person, with the one that has waited longest', async () => {
    const ledger = await open()
    const { context } = ledger
    const first = await createTask(context, taskOf())
    ledger.clock.advance(5000)
    await createTask(context, taskOf())
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    const expired = await begin(ledger)
    ledger.clock.advance(31_000)
    const standings = await readStandings(context)
    expect(standings.queued).toEqual({ count: 2, capped: false, oldestAt: first.createdAt })
    expect(standings.failed).toMatchObject({ count: 1 })
    expect(standings.running).toMatchObject({ count: 1, oldestAt: expired.task.startedAt })
    expect(standings.expired).toMatchObject({ count: 1, oldestAt: expired.worker.leaseExpiresAt })
    expect(standings.interrupted).toEqual({ count: 0, capped: false, oldestAt: null })
    expect(standings.waiting.count + standings.quarantined.count + standings.noProgress.count).toBe(0)
  })
})
