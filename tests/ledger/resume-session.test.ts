import { expect, it } from 'vitest'
import { claimTasks, createTask, linkSession, stopWorker } from '#lib/ledger/index.ts'
import type { CreateTask } from '#lib/task/commands.ts'
import { begin, codeOf, eventTypes, finish, freshId, hire, pass, type Ref, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const RESUMING: Partial<CreateTask> = { strategy: 'resume-from-checkpoint' }

const claim = async (ledger: Ledger, requestId = freshId('request'), workerId?: string) => {
  const id = workerId ?? (await hire(ledger)).id
  return { workerId: id, requestId, tasks: await claimTasks(ledger.context, { workerId: id, requestId }) }
}

async function due(ledger: Ledger): Promise<void> {
  await pass(ledger, 10_000)
  await sweep(ledger)
}

forEachDialect('a session that was left in order', (open) => {
  /** A task in a session, whose worker then ends as told. */
  async function left(ledger: Ledger, how: 'goodbye' | 'death', changes: Partial<CreateTask> = {}): Promise<Ref> {
    const { ref } = await begin(ledger, changes)
    await linkSession(ledger.context, { ...ref, sessionId: 'talk', provider: 'acme' })
    if (how === 'goodbye') await stopWorker(ledger.context, { workerId: ref.workerId })
    else {
      await pass(ledger, 30_000)
      await sweep(ledger)
    }
    await due(ledger)
    return ref
  }

  it('is offered to the next attempt, whatever its strategy, and moves to it', async () => {
    const ledger = await open()
    for (const changes of [{}, RESUMING]) {
      const { taskId } = await left(ledger, 'goodbye', changes)
      const { workerId, requestId, tasks } = await claim(ledger)
      const resume = { kind: 'session', sessionId: 'talk', provider: 'acme' }
      expect(tasks).toMatchObject([{ id: taskId, resume }])
      const ref = { taskId, workerId, attempt: 2 }
      expect(await linkSession(ledger.context, { ...ref, sessionId: 'talk' })).toMatchObject({ attempt: 2 })
      expect((await claim(ledger, requestId, workerId)).tasks[0]?.resume).toEqual(resume)
      const other = await begin(ledger)
      expect(await codeOf(linkSession(ledger.context, { ...other.ref, sessionId: 'talk' }))).toBe('lease_conflict')
      await finish(ledger, ref)
      await checkInvariants(ledger)
    }
  })

  it('is never offered after a death, nor where nothing was left', async () => {
    const ledger = await open()
    await left(ledger, 'death')
    expect((await claim(ledger)).tasks).toMatchObject([{ attempt: 2, resume: null }])
    const { worker } = await begin(ledger)
    await stopWorker(ledger.context, { workerId: worker.id })
    await due(ledger)
    expect((await claim(ledger)).tasks).toMatchObject([{ attempt: 2, resume: null }])
  })

  it('is invalidated when the attempt that it was offered to dies without saying whether it took it', async () => {
    const ledger = await open()
    await left(ledger, 'goodbye')
    await claim(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ id: 'talk', status: 'invalidated' }])
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect((await claim(ledger)).tasks).toMatchObject([{ attempt: 3, resume: null }])
  })

  it('is offered again by an attempt that left in order too', async () => {
    const ledger = await open()
    const { taskId } = await left(ledger, 'goodbye')
    const { workerId } = await claim(ledger)
    await stopWorker(ledger.context, { workerId })
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect((await claim(ledger)).tasks).toMatchObject([{ id: taskId, resume: { kind: 'session', sessionId: 'talk' } }])
  })

  it('is not offered when it was invalidated meanwhile', async () => {
    const ledger = await open()
    await left(ledger, 'goodbye')
    await ledger.sql(`UPDATE sessions SET status = 'invalidated'`)
    expect((await claim(ledger)).tasks).toMatchObject([{ attempt: 2, resume: null }])
  })

  it('stays invalidated when a later attempt ends well', async () => {
    const ledger = await open()
    const { taskId } = await left(ledger, 'death')
    const { workerId } = await claim(ledger)
    await finish(ledger, { taskId, workerId, attempt: 2 })
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ id: 'talk', status: 'invalidated' }])
  })

  it('is not offered once another task has taken it', async () => {
    const ledger = await open()
    await left(ledger, 'goodbye')
    const other = await begin(ledger)
    await linkSession(ledger.context, { ...other.ref, sessionId: 'talk' })
    await stopWorker(ledger.context, { workerId: other.worker.id })
    const { tasks } = await claim(ledger)
    expect(tasks).toMatchObject([{ attempt: 2, resume: null }])
    expect(await eventTypes(ledger, tasks[0]?.id ?? '')).toContain('task.started')
  })
})

forEachDialect('a new task', (open) => {
  it('has nothing to resume from', async () => {
    const ledger = await open()
    const task = await createTask(ledger.context, { title: 'Fix login' })
    expect((await claim(ledger)).tasks).toMatchObject([{ id: task.id, resume: null, resumesUsed: 0 }])
  })
})
