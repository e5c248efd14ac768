import { expect, it } from 'vitest'
import {
  claimTasks,
  createTask,
  getTask,
  importTask,
  listTasks,
  reassignTask,
  releaseTask,
  startAttempt,
} from '#lib/ledger/index.ts'
import type { ImportTask } from '#lib/task/imports.ts'
import { codeOf, eventsOf, freshId, hire, taskOf } from '../support/factories.ts'
import { forEachDialect, snapshot } from '../support/ledger.ts'

const STARTED = '2026-05-11T14:37:00.000Z'
const ENDED = '2026-05-11T15:13:00.000Z'
const old = (changes: Partial<ImportTask> = {}): ImportTask => ({
  id: freshId('old'),
  title: 'Fix login',
  status: 'success',
  createdAt: STARTED,
  startedAt: STARTED,
  finishedAt: ENDED,
  ...changes,
})

forEachDialect('importTask', (open) => {
  it('takes over what is over, as it was, with its event', async () => {
    const ledger = await open()
    const task = old({
      repo: 'acme/api',
      issueNumber: 1104,
      costUsd: 0.5,
      tokensIn: 5_000_000_000,
      turns: 3,
      user: 'ada',
    })
    expect(await importTask(ledger.context, task)).toBe('imported')
    const found = (await getTask(ledger.context, { taskId: task.id })).task
    expect(found).toMatchObject({ status: 'success', repo: 'acme/api', issueNumber: 1104, costUsd: 0.5, user: 'ada' })
    expect(found).toMatchObject({ startedAt: STARTED, finishedAt: ENDED, sealedAt: ENDED, tokensIn: 5_000_000_000 })
    expect(found).toMatchObject({ tokensOut: null, artifacts: null, attempt: 0, nextAction: null })
    const events = await eventsOf(ledger, task.id)
    expect(events.map(({ type, toStatus }) => [type, toStatus])).toEqual([['task.imported', 'success']])
  })

  it('changes nothing when it is asked again, whatever became of the task or of the file', async () => {
    const ledger = await open()
    const task = old()
    await importTask(ledger.context, task)
    const before = await snapshot(ledger)
    expect(await importTask(ledger.context, { ...task, title: 'Another', status: 'failed' })).toBe('unchanged')
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('seals a failure of the past: no retry is left', async () => {
    const ledger = await open()
    const task = old({
      status: 'failed',
      error: { class: 'Error', message: 'token sk-abcdefghijklmnopqrstuvwxyz123456' },
    })
    await importTask(ledger.context, task)
    const found = (await getTask(ledger.context, { taskId: task.id })).task
    expect(found).toMatchObject({ status: 'failed', sealedAt: ENDED, maxRetries: 0, retriesUsed: 0 })
    expect(found.errorMessage).not.toContain('abcdefghijklmnop')
  })

  it.each(['running', 'assigned', 'waiting', 'interrupted'] as const)(
    'holds what was %s for an operator, interrupted and without an end',
    async (status) => {
      const ledger = await open()
      const task = old({ status })
      await importTask(ledger.context, task)
      const found = (await getTask(ledger.context, { taskId: task.id })).task
      expect(found).toMatchObject({ status: 'interrupted', finishedAt: null, interruptedAt: ENDED, sealedAt: null })
      expect(found).toMatchObject({ nextAction: 'hold', costUsd: null, workerId: null })
      await reassignTask(ledger.context, { taskId: task.id, reason: 'once more' })
      expect((await getTask(ledger.context, { taskId: task.id })).task).toMatchObject({ status: 'assigned' })
    },
  )

  it('gives what was queued to no worker until an operator releases it', async () => {
    const ledger = await open()
    const { id: taskId } = old({ status: 'queued' })
    await importTask(ledger.context, { id: taskId, title: 'Fix login', status: 'queued', createdAt: STARTED })
    const { id: workerId } = await hire(ledger)
    const claim = () => claimTasks(ledger.context, { workerId, requestId: freshId('claim') })
    expect(await claim()).toEqual([])
    const requestId = freshId('request')
    expect(await codeOf(startAttempt(ledger.context, { taskId, workerId, requestId }))).toBe('invalid_transition')
    expect((await getTask(ledger.context, { taskId })).task).toMatchObject({ status: 'queued', nextAction: 'hold' })
    await releaseTask(ledger.context, { taskId, reason: 'it is still wanted' })
    expect(await claim()).toMatchObject([{ id: taskId, attempt: 1 }])
  })

  it('refuses a task whose correlation id is taken by another, and takes the others of its batch', async () => {
    const ledger = await open()
    const correlationId = freshId('saga')
    await createTask(ledger.context, taskOf({ correlationId }))
    const [fine, taken] = [old(), old({ correlationId })]
    expect(await codeOf(importTask(ledger.context, taken))).toBe('duplicate_task')
    const results = await importTask.many(ledger.context, [fine, taken, fine])
    expect(results.map((result) => (result.ok ? result.value : 'refused'))).toEqual([
      'imported',
      'refused',
      'unchanged',
    ])
  })

  it('shows in lists beside what happened here', async () => {
    const ledger = await open()
    const task = old({ status: 'interrupted' })
    await importTask(ledger.context, task)
    const { tasks } = await listTasks(ledger.context, { status: ['interrupted'] })
    expect(tasks.map(({ id }) => id)).toContain(task.id)
  })
})
