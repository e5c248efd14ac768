import { expect, it } from 'vitest'
import { createTask, linkSession, listSessions, stopWorker } from '#lib/ledger/index.ts'
import {
  begin,
  codeOf,
  eventsOf,
  eventTypes,
  finish,
  hire,
  pass,
  refusal,
  sweep,
  taskOf,
} from '../support/factories.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

forEachDialect('linkSession', (open) => {
  it('names the session that an attempt runs in, in both their rows and in the history', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const session = await linkSession(ledger.context, { ...ref, sessionId: 'conversation 7f3e', provider: 'anthropic' })
    expect(session).toMatchObject({ ...ref, id: 'conversation 7f3e', provider: 'anthropic', status: 'active' })
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ session_id: 'conversation 7f3e' }])
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      type: 'task.session_linked',
      data: { sessionId: 'conversation 7f3e' },
    })
    expect((await listSessions(ledger.context, {})).sessions).toEqual([session])
  })

  it('answers a lost answer again and writes no second line of history', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const first = await linkSession(ledger.context, { ...ref, sessionId: 'one' })
    expect(await linkSession(ledger.context, { ...ref, sessionId: 'one' })).toEqual(first)
    const linked = (await eventTypes(ledger, ref.taskId)).filter((type) => type === 'task.session_linked')
    expect(linked).toHaveLength(1)
  })

  it('is closed with its attempt, and free for another one then', async () => {
    const ledger = await open()
    const first = await begin(ledger)
    await linkSession(ledger.context, { ...first.ref, sessionId: 'one' })
    await finish(ledger, first.ref)
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'closed' }])
    const second = await begin(ledger)
    expect(await linkSession(ledger.context, { ...second.ref, sessionId: 'one' })).toMatchObject({
      status: 'active',
      taskId: second.task.id,
      endedAt: null,
      reason: null,
    })
  })

  it('is closed when its attempt goes on in another', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await linkSession(ledger.context, { ...ref, sessionId: 'one' })
    await linkSession(ledger.context, { ...ref, sessionId: 'two' })
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([
      { id: 'one', status: 'closed', reason: 'its attempt went on in session two' },
      { id: 'two', status: 'active' },
    ])
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ session_id: 'two' }])
    expect(await linkSession(ledger.context, { ...ref, sessionId: 'one' })).toMatchObject({ status: 'active' })
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'active' }, { id: 'two', status: 'closed' }])
  })

  it('can be resumed after its worker said goodbye', async () => {
    const ledger = await open()
    const first = await begin(ledger)
    await linkSession(ledger.context, { ...first.ref, sessionId: 'one' })
    await stopWorker(ledger.context, { workerId: first.worker.id })
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'resumable' }])
    const second = await begin(ledger)
    expect(await linkSession(ledger.context, { ...second.ref, sessionId: 'one' })).toMatchObject({ status: 'active' })
  })
})

forEachDialect('linkSession refuses', (open) => {
  it('a session that another attempt holds, and changes neither', async () => {
    const ledger = await open()
    const [first, second] = [await begin(ledger), await begin(ledger)]
    await linkSession(ledger.context, { ...first.ref, sessionId: 'one' })
    const before = await snapshot(ledger)
    const refused = await refusal(linkSession(ledger.context, { ...second.ref, sessionId: 'one' }))
    expect(refused).toMatchObject({ code: 'lease_conflict', facts: { taskId: first.task.id, attempt: 1 } })
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('one of two attempts that name a session at once', async () => {
    const ledger = await open()
    const refs = [(await begin(ledger)).ref, (await begin(ledger)).ref]
    const results = await linkSession.many(
      ledger.context,
      refs.map((ref) => ({ ...ref, sessionId: 'one' })),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, false])
    expect(results[1]).toMatchObject({ error: { code: 'lease_conflict' } })
    expect((await rowsOf(ledger, 'task_attempts')).filter((row) => row.session_id === 'one')).toHaveLength(1)
    expect(await eventTypes(ledger, refs[1]?.taskId ?? '')).not.toContain('task.session_linked')
  })

  it('a session that was invalidated, also to a task that would start with it', async () => {
    const ledger = await open()
    const first = await begin(ledger)
    await linkSession(ledger.context, { ...first.ref, sessionId: 'one' })
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { worker, ref } = await begin(ledger)
    expect(await codeOf(linkSession(ledger.context, { ...ref, sessionId: 'one' }))).toBe('lease_conflict')
    const start = { workerId: worker.id, sessionId: 'one' }
    expect(await codeOf(createTask(ledger.context, taskOf({ start })))).toBe('lease_conflict')
    expect(await rowsOf(ledger, 'sessions')).toMatchObject([{ status: 'invalidated' }])
  })

  it('a writer that does not hold the task, and says so on its timeline', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const other = await hire(ledger)
    const before = await snapshot(ledger)
    const asStranger = linkSession(ledger.context, { ...ref, workerId: other.id, sessionId: 'one' })
    expect(await codeOf(asStranger)).toBe('fence_rejected')
    expect(await snapshot(ledger)).toEqual(before)
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({ type: 'task.refused', workerId: other.id })
  })
})
