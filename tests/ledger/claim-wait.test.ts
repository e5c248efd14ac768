import { expect, it, vi } from 'vitest'
import { claimTasks, createTask, failTask, reassignTask } from '#lib/ledger/index.ts'
import { begin, codeOf, freshId, hire, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const wait = ({ context }: Ledger, workerId: string, waitMs: number, signal?: AbortSignal) =>
  claimTasks(context, { workerId, requestId: freshId('request'), waitMs }, signal)

/** How long it took, by a clock that no test moves. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now()
  return [await work(), performance.now() - startedAt]
}

forEachDialect('a claim that waits', (open) => {
  it('answers as soon as a task is created, long before its time is over', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const claimed = timed(() => wait(ledger, id, 15_000))
    const task = await createTask(ledger.context, taskOf())
    const [tasks, tookMs] = await claimed
    expect(tasks).toMatchObject([{ id: task.id, workerId: id }])
    expect(tookMs).toBeLessThan(8000)
  })

  it('answers when another instance puts a task back', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const { ref } = await begin(ledger)
    await failTask(ledger.context, { taskId: ref.taskId, reason: 'stuck' })
    const claimed = timed(() => wait(ledger, id, 15_000))
    const context = ledger.contextOf({ db: await ledger.another() })
    await reassignTask(context, { taskId: ref.taskId, reason: 'once more' })
    const [tasks, tookMs] = await claimed
    expect(tasks).toMatchObject([{ id: ref.taskId, attempt: 2 }])
    expect(tookMs).toBeLessThan(8000)
  })

  it('answers with nothing when its time is over', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const [tasks, tookMs] = await timed(() => wait(ledger, id, 60))
    expect(tasks).toEqual([])
    expect(tookMs).toBeGreaterThanOrEqual(55)
  })

  it('ends at once when its caller goes away', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const caller = new AbortController()
    const claimed = timed(() => wait(ledger, id, 15_000, caller.signal))
    caller.abort()
    const [tasks, tookMs] = await claimed
    expect(tasks).toEqual([])
    expect(tookMs).toBeLessThan(8000)
  })

  it('leaves no listener behind, answered or refused', async () => {
    const ledger = await open()
    const { id } = await hire(ledger)
    const stops: ReturnType<typeof vi.fn>[] = []
    const onCommit: typeof ledger.db.onCommit = (listener) => {
      const stop = vi.fn(ledger.db.onCommit(listener))
      stops.push(stop)
      return stop
    }
    const context = ledger.contextOf({ db: { ...ledger.db, onCommit } })
    await claimTasks(context, { workerId: id, requestId: 'r', waitMs: 800 })
    expect(await codeOf(claimTasks(context, { workerId: 'nobody', requestId: 'r', waitMs: 30 }))).toBe('not_found')
    expect(stops.length).toBeGreaterThanOrEqual(3)
    for (const stop of stops) expect(stop).toHaveBeenCalled()
  })
})
