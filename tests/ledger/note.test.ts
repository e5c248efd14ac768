import { expect, it } from 'vitest'
import { createTask, noteTask } from '#lib/ledger/index.ts'
import { begin, codeOf, eventsOf, finish, taskOf } from '../support/factories.ts'
import { forEachDialect, snapshot } from '../support/ledger.ts'

forEachDialect('noteTask', (open) => {
  it('appends to the history, with who and when, and changes nothing else', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const before = await snapshot(ledger)
    ledger.clock.advance(1000)
    const note = await noteTask(ledger.context, { taskId: ref.taskId, text: 'asked the author\nfor more' })
    expect(note).toMatchObject({ type: 'task.noted', reason: 'asked the author\nfor more', attempt: 1 })
    expect(note).toMatchObject({ actor: { kind: 'person', name: 'ada' }, at: new Date(ledger.clock()).toISOString() })
    expect(await snapshot(ledger)).toEqual(before)
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toEqual(note)
  })

  it('is taken by a sealed task too, and an earlier note stays', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const before = await snapshot(ledger)
    for (const text of ['first', 'second', 'second']) await noteTask(ledger.context, { taskId: ref.taskId, text })
    expect(await snapshot(ledger)).toEqual(before)
    const notes = (await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.noted')
    expect(notes.map(({ reason }) => reason)).toEqual(['first', 'second', 'second'])
  })

  it('names no attempt for a task that never began', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    expect(await noteTask(ledger.context, { taskId: id, text: 'x' })).toMatchObject({ attempt: null, taskId: id })
  })

  it('of many tasks in one call is written to each', async () => {
    const ledger = await open()
    const ids = [await createTask(ledger.context, taskOf()), await createTask(ledger.context, taskOf())].map(
      ({ id }) => id,
    )
    const results = await noteTask.many(
      ledger.context,
      [...ids, 'no-task'].map((taskId) => ({ taskId, text: `about ${taskId}` })),
    )
    expect(results.map((result) => result.ok && result.value.reason)).toEqual([
      ...ids.map((id) => `about ${id}`),
      false,
    ])
  })

  it('is refused for a task that does not exist', async () => {
    const { context } = await open()
    expect(await codeOf(noteTask(context, { taskId: 'no-task', text: 'x' }))).toBe('not_found')
  })
})
