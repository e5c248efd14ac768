import { describe, expect, it } from 'vitest'
import type { Result } from '#lib/db/types.ts'
import { createTask, getTask, listTasks } from '#lib/ledger/index.ts'
import { CreateTask } from '#lib/task/commands.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { begin, codeOf, eventsOf, eventTypes, finish, freshId, hire, refusal, taskOf } from '../support/factories.ts'
import { forEachDialect, rowsOf, snapshot } from '../support/ledger.ts'

const FULL = {
  correlationId: 'saga-1',
  title: 'Fix login',
  repo: 'acme/api',
  issueNumber: 1104,
  user: 'ada',
  agent: 'coder',
  agentType: 'claude',
  model: 'opus',
  provider: 'anthropic',
  payload: { prompt: 'fix it', steps: [1, null, 'two'] },
  labels: { team: 'core' },
  requires: ['git'],
  priority: 5,
  maxRetries: 2,
  maxInterruptions: 4,
  sideEffects: true,
  progressTimeoutMs: 60_000,
  strategy: 'hold-for-operator',
}

forEachDialect('createTask', (open) => {
  it('puts a task on record as queued, held by nobody', async () => {
    const { context } = await open()
    const task = await createTask(context, taskOf())
    expect(task).toMatchObject({ status: 'queued', attempt: 0, workerId: null, holder: null, startedAt: null })
    expect(task).toMatchObject({ retriesUsed: 0, maxRetries: 1, interruptions: 0, maxInterruptions: 3 })
  })

  it('keeps every field over a restart', async () => {
    const ledger = await open()
    const command = { id: freshId('task'), ...FULL, notBefore: '2026-11-22T00:00:00.000Z' }
    const task = await createTask(ledger.context, command)
    await ledger.reopen()
    expect((await getTask(ledger.context, { taskId: command.id })).task).toEqual(task)
    expect(task).toMatchObject(command)
  })

  it('keeps an instant with an offset as the same instant in UTC', async () => {
    const { context } = await open()
    const task = await createTask(context, taskOf({ notBefore: '2026-11-22T05:30:00+05:30' }))
    expect(task.notBefore).toBe('2026-11-22T00:00:00.000Z')
  })

  it.each([['a text'], ['"5"'], [''], [5], [1.5], [true], [null], [[]], [['a', { b: null }]], [{}]])(
    'keeps the payload %j as it came',
    async (payload) => {
      const ledger = await open()
      const created = await createTask(ledger.context, taskOf({ payload }))
      await finish(ledger, (await begin(ledger, { payload })).ref, { artifacts: payload })
      expect(created.payload).toEqual(payload)
      expect((await getTask(ledger.context, { taskId: created.id })).task.payload).toEqual(payload)
    },
  )

  it('leaves cost, tokens, turns and artifacts unknown, not zero', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    expect(task).toMatchObject({ costUsd: null, tokensIn: null, tokensOut: null, turns: null, artifacts: null })
    expect(task).toMatchObject({ finishedAt: null, exitCode: null, status: 'running' })
  })

  it('gives an id when the caller has none', async () => {
    const { context } = await open()
    const first = await createTask(context, { title: 'one' })
    const second = await createTask(context, { title: 'two' })
    expect(first.id).not.toBe(second.id)
  })

  it('writes one line of history for a queued task and two for one that starts at once', async () => {
    const ledger = await open()
    const queued = await createTask(ledger.context, taskOf())
    const { task } = await begin(ledger)
    expect(await eventTypes(ledger, queued.id)).toEqual(['task.created'])
    const [created, started] = await eventsOf(ledger, task.id)
    expect(created).toMatchObject({ type: 'task.created', fromStatus: null, toStatus: 'queued' })
    expect(started).toMatchObject({ type: 'task.started', fromStatus: 'queued', toStatus: 'running', attempt: 1 })
    expect(started?.actor).toEqual({ kind: 'person', name: 'ada' })
  })
})

forEachDialect('createTask with start', (open) => {
  it('has the row running with attempt 1, and its session, when it returns', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const start = { workerId: worker.id, sessionId: 'session-1' }
    const task = await createTask(ledger.context, { ...taskOf(), ...FULL, start })
    expect(task).toMatchObject({ status: 'running', attempt: 1, workerId: worker.id, startedAt: task.createdAt })
    await ledger.reopen()
    const detail = await getTask(ledger.context, { taskId: task.id })
    expect(detail.attempts).toMatchObject([{ attempt: 1, status: 'running', workerId: worker.id }])
    expect(detail.attempts[0]?.sessionId).toBe('session-1')
    expect(detail.task).toEqual(task)
    expect(detail.session).toMatchObject({ id: 'session-1', status: 'active', attempt: 1 })
  })

  it('shows a running task in the list like any other', async () => {
    const ledger = await open()
    const { task } = await begin(ledger)
    const { tasks } = await listTasks(ledger.context, {})
    expect(tasks.map(({ id, status }) => [id, status])).toEqual([[task.id, 'running']])
  })

  it('is refused to a worker that is unknown or whose lease is over, and writes nothing', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    expect(await codeOf(createTask(ledger.context, taskOf({ start: { workerId: 'nobody' } })))).toBe('not_found')
    ledger.clock.advance(30_000)
    const late = createTask(ledger.context, taskOf({ start: { workerId: worker.id } }))
    expect(await codeOf(late)).toBe('lease_expired')
    expect(await rowsOf(ledger, 'task_history')).toEqual([])
    expect(await rowsOf(ledger, 'task_attempts')).toEqual([])
  })

  it('gives one session to one of two tasks that start with it at once', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const start = { workerId: worker.id, sessionId: 'shared' }
    const results = await createTask.many(ledger.context, [taskOf({ start }), taskOf({ start })])
    expect(codes(results)).toEqual(['ok', 'lease_conflict'])
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(1)
    expect(await rowsOf(ledger, 'sessions')).toHaveLength(1)
  })
})

forEachDialect('createTask refuses', (open) => {
  it('a taken id, and leaves the stored row as it was', async () => {
    const ledger = await open()
    const command = taskOf()
    await createTask(ledger.context, command)
    const before = await snapshot(ledger)
    const refused = await refusal(createTask(ledger.context, { ...command, title: 'Another' }))
    expect(refused).toMatchObject({ code: 'duplicate_task', facts: { id: command.id } })
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('a taken correlation id, and adds no row', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf({ correlationId: 'saga-1' }))
    expect(await codeOf(createTask(ledger.context, taskOf({ correlationId: 'saga-1' })))).toBe('duplicate_task')
    const both = [taskOf({ correlationId: 'saga-2' }), taskOf({ correlationId: 'saga-2' })]
    expect(codes(await createTask.many(ledger.context, both)).sort()).toEqual(['duplicate_task', 'ok'])
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(2)
  })

  it('19 of 20 creates of one id, from separate instances too', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const command = taskOf()
    const asked = Array.from({ length: 20 }, (_, index) =>
      createTask.many(contexts[index % 2] ?? ledger.context, [command]),
    )
    expect(codes((await Promise.all(asked)).flat()).sort()).toEqual([...Array(19).fill('duplicate_task'), 'ok'])
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(1)
    expect(await eventTypes(ledger, command.id ?? '')).toEqual(['task.created'])
  })

  it('an unknown strategy, before there is a task to rescue with it', async () => {
    const ledger = await open()
    const refused = await refusal(createTask(ledger.context, taskOf({ strategy: 'hope' })))
    expect(refused).toMatchObject({ code: 'validation', facts: { strategy: 'hope' } })
    expect(await rowsOf(ledger, 'task_history')).toEqual([])
  })
})

forEachDialect('createTask.many', (open) => {
  it('answers each of a thousand in the order in which they were given', async () => {
    const ledger = await open()
    const commands = Array.from({ length: 1000 }, () => taskOf())
    const results = await createTask.many(ledger.context, commands)
    expect(results.map((result) => result.ok && result.value.id)).toEqual(commands.map(({ id }) => id))
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(1000)
  })

  it('refuses the bad ones of a batch and keeps the good ones', async () => {
    const { context } = await open()
    const taken = taskOf()
    const results = await createTask.many(context, [taken, taskOf({ strategy: 'hope' }), taskOf(), taken])
    expect(codes(results)).toEqual(['ok', 'validation', 'ok', 'duplicate_task'])
  })
})

describe('the command of createTask', () => {
  it.each([{ maxRetries: -1 }, { maxRetries: 1.5 }, { id: '' }, { issueNumber: 2 ** 31 }, { color: 'red' }])(
    'refuses %j',
    (changes) => {
      expect(CreateTask.safeParse({ ...taskOf(), ...changes }).success).toBe(false)
    },
  )
})

function codes(results: readonly Result<unknown>[]): string[] {
  return results.map((result) =>
    result.ok ? 'ok' : isTaskError(result.error) ? result.error.code : String(result.error),
  )
}
