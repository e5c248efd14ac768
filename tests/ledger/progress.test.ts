import { expect, it } from 'vitest'
import { getTask, reportProgress, startAttempt } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, eventsOf, eventTypes, finish, freshId, hire } from '../support/factories.ts'
import { forEachDialect } from '../support/ledger.ts'

forEachDialect('reportProgress', (open) => {
  it('sets the phase and the numbers of the attempt and of the task, and when it got on', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    ledger.clock.advance(3000)
    const usage = { turns: 3, tokensIn: 1000, tokensOut: 200, costUsd: 0.25 }
    const task = await reportProgress(ledger.context, { ...ref, phase: 'planning', ...usage })
    expect(task).toMatchObject({ phase: 'planning', ...usage, progressAt: new Date(START_MS + 3000).toISOString() })
    const detail = await getTask(ledger.context, { taskId: ref.taskId })
    expect(detail.task).toEqual(task)
    expect(detail.attempts).toMatchObject([usage])
  })

  it('takes numbers for totals so far, and leaves unknown what was not told', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await reportProgress(ledger.context, { ...ref, turns: 3 })
    const task = await reportProgress(ledger.context, { ...ref, turns: 5, costUsd: 0 })
    expect(task).toMatchObject({ turns: 5, costUsd: 0, tokensIn: null, tokensOut: null })
  })

  it('adds the attempts of a task up, and never counts an unknown as zero', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 3 })
    await finish(ledger, ref, { outcome: 'failed', turns: 4, costUsd: 0.5 })
    const worker = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId: worker.id, requestId: freshId('request') })
    const second = { taskId: ref.taskId, workerId: worker.id, attempt: 2 }
    expect(await reportProgress(ledger.context, { ...second, turns: 1 })).toMatchObject({ turns: 5, costUsd: 0.5 })
    const done = await finish(ledger, second, { turns: 2, tokensIn: 7 })
    expect(done).toMatchObject({ turns: 6, costUsd: 0.5, tokensIn: 7, tokensOut: null })
    const { attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(attempts.map(({ turns, costUsd }) => ({ turns, costUsd }))).toEqual([
      { turns: 2, costUsd: null },
      { turns: 4, costUsd: 0.5 },
    ])
  })

  it('writes history for a note or a new phase, not for numbers or the same phase', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const { context } = ledger
    await reportProgress(context, { ...ref, phase: 'planning' })
    await reportProgress(context, { ...ref, phase: 'planning', turns: 1 })
    await reportProgress(context, { ...ref, turns: 2 })
    await reportProgress(context, { ...ref, note: 'reading the tests' })
    const told = (await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.progress')
    expect(told).toMatchObject([{ data: { phase: 'planning' } }, { reason: 'reading the tests', data: {} }])
  })

  it('loses its phase when the attempt ends', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await reportProgress(ledger.context, { ...ref, phase: 'working' })
    expect((await finish(ledger, ref, { outcome: 'failed' })).phase).toBeNull()
    expect(await eventTypes(ledger, ref.taskId)).toEqual([
      'task.created',
      'task.started',
      'task.progress',
      'task.finished',
    ])
  })
})
