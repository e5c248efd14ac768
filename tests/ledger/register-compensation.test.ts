import { expect, it } from 'vitest'
import {
  cancelTask,
  createTask,
  failTask,
  finishAttempt,
  getTask,
  registerCompensation,
  startAttempt,
} from '#lib/ledger/index.ts'
import { LIMITS } from '#lib/task/schema.ts'
import { begin, codeOf, eventsOf, finish, freshId, hire, pass, reportOf, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const step = { kind: 'branch', target: 'acme/api fix-login', reason: 'made the branch' }
const read = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).compensations

forEachDialect('registerCompensation', (open) => {
  it('puts a step on record that outlives a restart, in the order of registration', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { sideEffects: true })
    const ids = ['z', 'a', 'm']
    for (const id of ids) await registerCompensation(ledger.context, { ...ref, ...step, id })
    await ledger.reopen()
    const steps = await read(ledger, ref.taskId)
    expect(steps.map(({ id, position }) => [id, position])).toEqual([
      ['z', 1],
      ['a', 2],
      ['m', 3],
    ])
    expect(steps[0]).toMatchObject({ ...step, attempt: 1, status: 'registered', tries: 0, error: null })
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.compensation_registered', attempt: 1, workerId: ref.workerId, reason: step.reason },
      data: { compensationId: 'm', kind: 'branch' },
    })
  })

  it('answers the same id the same again, also when the task has gone to somebody else', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const command = { ...ref, ...step, id: 'one' }
    const first = await registerCompensation(ledger.context, command)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const other = await hire(ledger)
    await startAttempt(ledger.context, { taskId: ref.taskId, workerId: other.id, requestId: freshId('r') })
    const before = await snapshot(ledger, ['task_history', 'compensations', 'task_events'])
    expect(await registerCompensation(ledger.context, command)).toEqual(first)
    expect(await snapshot(ledger, ['task_history', 'compensations', 'task_events'])).toEqual(before)
    const changed = registerCompensation(ledger.context, { taskId: ref.taskId, ...step, id: 'one', target: 'main' })
    expect(await codeOf(changed)).toBe('validation')
    expect(await rowsOf(ledger, 'compensations')).toHaveLength(1)
  })

  it('keeps the ids of two tasks apart', async () => {
    const ledger = await open()
    const [one, two] = [await begin(ledger), await begin(ledger)]
    await registerCompensation(ledger.context, { ...one.ref, ...step, id: 'step' })
    await registerCompensation(ledger.context, { ...two.ref, ...step, id: 'step' })
    expect(await rowsOf(ledger, 'compensations')).toMatchObject([{ position: 1 }, { position: 1 }])
  })

  it('refuses a worker that does not hold the task, and tells of it on the task', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const other = await hire(ledger)
    const writers = [
      { ...ref, workerId: other.id },
      { ...ref, attempt: 2 },
    ]
    for (const writer of writers) {
      expect(await codeOf(registerCompensation(ledger.context, { ...writer, ...step }))).toBe('fence_rejected')
    }
    expect(await rowsOf(ledger, 'compensations')).toEqual([])
    expect((await eventsOf(ledger, ref.taskId)).filter(({ type }) => type === 'task.refused')).toMatchObject([
      { reason: 'attempt 1 tried to register a compensation without holding the task' },
      { attempt: 2 },
    ])
    await finish(ledger, ref)
    expect(await codeOf(registerCompensation(ledger.context, { ...ref, ...step }))).toBe('sealed_task')
  })

  it('takes a step from an operator until the task is sealed', async () => {
    const ledger = await open()
    const { id: taskId } = await createTask(ledger.context, taskOf())
    const registered = await registerCompensation(ledger.context, { taskId, ...step })
    expect(registered).toMatchObject({ attempt: null, position: 1 })
    await cancelTask(ledger.context, { taskId, reason: 'no' })
    expect(await codeOf(registerCompensation(ledger.context, { taskId, ...step }))).toBe('sealed_task')
    expect(await codeOf(registerCompensation(ledger.context, { taskId: 'nobody', ...step }))).toBe('not_found')
  })

  it('takes only so many steps of one task', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    for (let count = 0; count < LIMITS.compensations; count += 1) {
      await registerCompensation(ledger.context, { ...ref, ...step })
    }
    expect(await codeOf(registerCompensation(ledger.context, { ...ref, ...step }))).toBe('validation')
  })

  it('lets a task with side effects seal as failed: with a step, or with the explicit word that there is none', async () => {
    const ledger = await open()
    for (const kind of ['branch', 'none']) {
      const { ref } = await begin(ledger, { maxRetries: 0, sideEffects: true })
      const report = reportOf(ref, { outcome: 'failed' })
      expect(await codeOf(finishAttempt(ledger.context, report))).toBe('compensation_required')
      expect(await codeOf(failTask(ledger.context, { taskId: ref.taskId, reason: 'stop' }))).toBe(
        'compensation_required',
      )
      await registerCompensation(ledger.context, { ...ref, ...step, kind })
      const task = await finishAttempt(ledger.context, report)
      expect(task).toMatchObject({ status: 'failed', nextAction: null })
      expect(task.sealedAt).not.toBeNull()
      const status = kind === 'none' ? 'done' : 'registered'
      expect(await read(ledger, ref.taskId)).toMatchObject([{ kind, status, reason: step.reason }])
    }
  })

  it('masks a secret in the reason, and keeps the target as its handler needs it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const secret = 'ghp_0123456789abcdefghij'
    await registerCompensation(ledger.context, { ...ref, ...step, reason: `pushed with ${secret}` })
    expect(JSON.stringify(await snapshot(ledger, ['compensations', 'task_events']))).not.toContain(secret)
  })
})
