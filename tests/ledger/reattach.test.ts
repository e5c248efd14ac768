import { expect, it } from 'vitest'
import { cancelTask, heartbeat, reassignTask, startAttempt } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, type Ref, refusal, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const reattach = ({ context }: Ledger, { taskId, workerId, attempt }: Ref, requestId = freshId('request')) =>
  startAttempt(context, { taskId, workerId, requestId, reattach: { attempt } })

forEachDialect('reattach', (open) => {
  it('restores the lease of a worker that nobody has missed yet, and its attempt goes on', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    await pass(ledger, 30_000)
    expect(await codeOf(heartbeat(ledger.context, { workerId: worker.id, held: [] }))).toBe('lease_expired')
    expect(await reattach(ledger, ref)).toMatchObject({ attempt: 1, task: { status: 'running', attempt: 1 } })
    expect(await rowsOf(ledger, 'workers')).toMatchObject([{ lease_expires_at: START_MS + 60_000, state: 'alive' }])
    expect(await sweep(ledger)).toMatchObject({ interrupted: 0, workersDead: 0 })
    const answer = await heartbeat(ledger.context, { workerId: worker.id, held: [{ taskId: ref.taskId, attempt: 1 }] })
    expect(answer.held).toMatchObject([{ verdict: 'held' }])
  })

  it('begins attempt 2 for the same work where it was swept and nobody took over', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const again = await hire(ledger)
    expect(await reattach(ledger, { ...ref, workerId: again.id })).toMatchObject({
      attempt: 2,
      task: { status: 'running', workerId: again.id },
    })
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({ type: 'task.started', reason: 'reattached' })
  })

  it('goes on where the task was given back to the pool and nobody has begun', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    await reassignTask(ledger.context, { taskId: ref.taskId, reason: 'go on' })
    const again = await hire(ledger)
    expect((await reattach(ledger, { ...ref, workerId: again.id })).attempt).toBe(2)
  })

  it('goes on under a new name while the old lease is over and not swept', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    const again = await hire(ledger)
    expect((await reattach(ledger, { ...ref, workerId: again.id })).attempt).toBe(2)
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ status: 'interrupted' }, { status: 'running' }])
  })

  it('is answered the same again when its answer was lost', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const next = { ...ref, workerId: (await hire(ledger)).id }
    const first = await reattach(ledger, next, 'again')
    expect(await reattach(ledger, next, 'again')).toEqual(first)
    expect(await rowsOf(ledger, 'task_attempts')).toHaveLength(2)
  })
})

forEachDialect('reattach is refused', (open) => {
  it('once another worker took over, and the task tells who came back', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const other = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId: other.id, requestId: 'r' })
    const again = await hire(ledger)
    const before = await snapshot(ledger)
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await refusal(reattach(ledger, { ...ref, workerId: again.id }))
      expect(refused).toMatchObject({ code: 'fence_rejected', facts: { currentAttempt: 2, holder: other.id } })
    }
    expect(await snapshot(ledger)).toEqual(before)
    const refusals = (await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.refused')
    expect(refusals).toMatchObject([
      { reason: 'attempt 1 tried to reattach after attempt 2 began', attempt: 1, workerId: again.id },
    ])
  })

  it('for a task that is sealed, or that is to be cancelled', async () => {
    const ledger = await open()
    const done = await begin(ledger)
    await finish(ledger, done.ref)
    expect(await codeOf(reattach(ledger, done.ref))).toBe('sealed_task')
    const { ref } = await begin(ledger)
    await cancelTask(ledger.context, { taskId: ref.taskId, reason: 'not wanted' })
    await pass(ledger, 30_000)
    await sweep(ledger)
    const again = await hire(ledger)
    expect(await codeOf(reattach(ledger, { ...ref, workerId: again.id }))).toBe('sealed_task')
  })

  it('to the old name once that was declared dead', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const before = await snapshot(ledger)
    expect(await codeOf(reattach(ledger, ref))).toBe('lease_expired')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('to a stranger while its holder lives', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const stranger = await hire(ledger)
    expect(await codeOf(reattach(ledger, { ...ref, workerId: stranger.id }))).toBe('lease_conflict')
  })
})
