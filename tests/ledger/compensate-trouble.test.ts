import { expect, it } from 'vitest'
import { changeSteps } from '#lib/ledger/compensation/change-steps.ts'
import { finishStep } from '#lib/ledger/compensation/finish-step.ts'
import { takeSteps } from '#lib/ledger/compensation/take-steps.ts'
import { done, operation } from '#lib/ledger/core/operation.ts'
import { type Context, finishAttempt, getTask, registerCompensation } from '#lib/ledger/index.ts'
import type { Compensation } from '#lib/task/schema.ts'
import { eventually } from '../support/eventually.ts'
import { begin, eventTypes, reportOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'
import { interruptedAfter, knowing, openUndoer, startUndoing, sweepBy, undo } from '../support/undoer.ts'

const read = ({ context }: Ledger, taskId: string) => getTask(context, { taskId })

const reason = 'nobody wants it'

forEachDialect('undoing that meets trouble', (open) => {
  it.each([
    [
      'HTTP 500: no disk',
      (_: unknown, response: { writeHead(n: number): { end(t: string): void } }) =>
        response.writeHead(500).end('no\ndisk'),
    ],
    [
      'HTTP 302, a redirect, is not followed',
      (_: unknown, response: { writeHead(n: number, h: object): { end(): void } }) =>
        response.writeHead(302, { location: '/elsewhere' }).end(),
    ],
    ['it did not answer within 200 ms', () => {}],
    ['socket hang up', (_: unknown, response: { destroy(): void }) => response.destroy()],
  ] as const)('is tried again with the same key, and quarantined in the end: %s', async (error, respond) => {
    const ledger = await open()
    const undoer = await openUndoer()
    undoer.answer(respond as never)
    const context = knowing(ledger, undoer.url, { timeoutMs: error.includes('200 ms') ? 200 : 10_000, backoffMs: 5000 })
    const { taskId } = await interruptedAfter(ledger, context, ['tag', 'branch'])
    for (const tries of [1, 2]) {
      expect(await undo(context)).toBe(1)
      const { task, compensations } = await read(ledger, taskId)
      expect(task).toMatchObject({ status: 'interrupted', nextAction: 'compensate' })
      expect(Date.parse(task.nextAt ?? '')).toBeGreaterThanOrEqual(ledger.clock() + 5000)
      expect(compensations[1]).toMatchObject({ status: 'registered', tries, error })
      ledger.clock.set(Date.parse(task.nextAt ?? '') - 1)
      expect(await undo(context)).toBe(0)
      ledger.clock.advance(1)
    }
    expect(await undo(context)).toBe(1)
    const { task, compensations } = await read(ledger, taskId)
    expect(task).toMatchObject({
      status: 'quarantined',
      reason: 'step 2 of 2 (branch) could not be undone in 3 tries',
    })
    expect(compensations).toMatchObject([
      { status: 'registered', tries: 0 },
      { status: 'failed', tries: 3, error },
    ])
    expect(new Set(undoer.calls.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set([`${taskId}/s2`]))
    expect(undoer.calls.map(({ path }) => path)).toEqual(Array(3).fill('/undo'))
    expect((await eventTypes(ledger, taskId)).slice(-2)).toEqual(['task.compensation_failed', 'task.quarantined'])
    await checkInvariants(ledger)
  })

  it('has no step touched when any is of an unknown kind, and is quarantined by its name', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['mail', 'branch', 'tag'])
    expect(await undo(context)).toBe(0)
    expect(undoer.calls).toEqual([])
    const { task, compensations } = await read(ledger, taskId)
    expect(task).toMatchObject({ status: 'quarantined', reason: 'nobody here knows how to undo "mail"' })
    expect(compensations.map(({ status }) => status)).toEqual(['registered', 'registered', 'registered'])
  })

  it('shows a secret in the answer of a handler masked only', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const secret = 'ghp_0123456789abcdefghij'
    undoer.answer((_call, response) => void response.writeHead(500).end(`push with ${secret} failed`))
    const context = knowing(ledger, undoer.url, { triesMax: 1 })
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    await undo(context)
    expect((await read(ledger, taskId)).compensations[0]?.error).toContain('push with ')
    expect(JSON.stringify(await snapshot(ledger, ['task_history', 'compensations', 'task_events']))).not.toContain(
      secret,
    )
  })

  it('goes on with step 2 after a crash that followed step 3, and counts a try that was cut off', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const context = knowing(ledger, undoer.url)
    const { taskId } = await interruptedAfter(ledger, context, ['branch', 'branch', 'branch'])
    const [first] = await takeSteps(context, { max: 1 })
    await finishStep(context, { taskId, stepId: 's3', tries: 1, error: null })
    expect(first?.step.id).toBe('s3')
    // The second is taken by a server that dies before it gets an answer.
    expect((await takeSteps(context, { max: 1 })).map(({ step }) => step.id)).toEqual(['s2'])
    await ledger.reopen()
    const after = knowing(ledger, undoer.url)
    expect(await undo(after)).toBe(0)
    ledger.clock.advance(10_000 + 5000)
    expect(await undo(after)).toBe(2)
    expect(undoer.calls.map(({ told }) => told)).toEqual(['branch t2 2', 'branch t1 1'])
    expect((await read(ledger, taskId)).task.status).toBe('compensated')
    // The answer to the try that was cut off comes late and changes nothing.
    const before = await snapshot(ledger, ['task_history', 'compensations', 'task_events'])
    await finishStep(after, { taskId, stepId: 's2', tries: 1, error: 'it failed' })
    expect(await snapshot(ledger, ['task_history', 'compensations', 'task_events'])).toEqual(before)
  })

  it('gives up a step whose servers died with it as often as it may be tried', async () => {
    const ledger = await open()
    const context = knowing(ledger, 'http://127.0.0.1:9/')
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await takeSteps(context, { max: 1 })).toHaveLength(1)
      ledger.clock.advance(15_000)
    }
    expect(await takeSteps(context, { max: 1 })).toEqual([])
    const { task, compensations } = await read(ledger, taskId)
    expect(task.status).toBe('quarantined')
    expect(compensations).toMatchObject([{ status: 'failed', tries: 3 }])
  })

  it('is undone once by two servers at it at once, and one that fails stops no other', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    const contexts = [knowing(ledger, undoer.url, { triesMax: 1 })]
    const other = await ledger.another()
    contexts.push({ ...contexts[0], db: other } as Context)
    undoer.answer(({ text }, response) => {
      const bad = JSON.parse(text).kind === 'tag'
      // Late enough for the other server to come by meanwhile.
      setTimeout(() => response.writeHead(bad ? 500 : 204).end(), 30)
    })
    const tasks: string[] = []
    for (let count = 0; count < 6; count += 1) {
      const { ref } = await begin(ledger)
      const kinds = count === 0 ? ['branch', 'tag'] : ['branch', 'branch', 'branch']
      for (const [index, kind] of kinds.entries()) {
        await registerCompensation(ledger.context, { ...ref, id: `s${index}`, kind, target: `t${index}`, reason })
      }
      await finishAttempt(contexts[0] as Context, reportOf(ref, { outcome: 'interrupted' }))
      tasks.push(ref.taskId)
    }
    await sweepBy(contexts[0] as Context)
    for (const context of contexts) startUndoing(context)
    await eventually('all tasks are sealed', async () =>
      (await rowsOf(ledger, 'task_history')).every((row) => row.sealed_at !== null),
    )
    const statuses = await Promise.all(tasks.map(async (taskId) => (await read(ledger, taskId)).task.status))
    expect(statuses).toEqual(['quarantined', ...Array(5).fill('compensated')])
    const keys = undoer.calls.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toHaveLength(1 + 5 * 3)
    for (const taskId of tasks.slice(1)) {
      const own = keys.filter((key) => String(key).startsWith(`${taskId}/`))
      expect(own).toEqual([`${taskId}/s2`, `${taskId}/s1`, `${taskId}/s0`])
    }
    await checkInvariants(ledger)
  })

  it('hears no answer to a try that is over while the next one is under way', async () => {
    const ledger = await open()
    const context = knowing(ledger, 'http://127.0.0.1:9/')
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    await takeSteps(context, { max: 1 })
    ledger.clock.advance(15_000)
    expect(await takeSteps(context, { max: 1 })).toMatchObject([{ step: { tries: 2 } }])
    const before = await snapshot(ledger, ['task_history', 'compensations', 'task_events'])
    for (const error of [null, 'it failed']) await finishStep(context, { taskId, stepId: 's1', tries: 1, error })
    expect(await snapshot(ledger, ['task_history', 'compensations', 'task_events'])).toEqual(before)
    await finishStep(context, { taskId, stepId: 's1', tries: 2, error: null })
    const undone = await snapshot(ledger, ['task_history', 'compensations', 'task_events'])
    await finishStep(context, { taskId, stepId: 's1', tries: 2, error: 'it failed' })
    expect(await snapshot(ledger, ['task_history', 'compensations', 'task_events'])).toEqual(undone)
  })

  it('writes a step only as it was read: with its status, and the number of its try', async () => {
    const ledger = await open()
    const context = knowing(ledger, 'http://127.0.0.1:9/')
    const { taskId } = await interruptedAfter(ledger, context, ['branch'])
    await takeSteps(context, { max: 1 })
    const [step] = (await read(ledger, taskId)).compensations
    if (!step) throw new Error('the step is not there')
    const write = operation<Compensation, null>(
      'writeStep',
      () => '',
      function* (_, requests) {
        yield* changeSteps(requests.map(({ command }) => ({ step: command, set: { status: 'done' } })))
        return requests.map(() => done(null))
      },
    )
    await write(context, { ...step, tries: 2 })
    await write(context, { ...step, status: 'registered' })
    expect((await read(ledger, taskId)).compensations).toEqual([step])
    await write(context, step)
    expect((await read(ledger, taskId)).compensations).toMatchObject([{ status: 'done', tries: 1 }])
  })
})
