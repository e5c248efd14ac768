/** The zombie: attempt 1 comes back after attempt 2 began, or after the task was sealed, with everything it has. */
import { expect, it } from 'vitest'
import { appendOutput, finishAttempt, heartbeat, linkSession, reportProgress, startAttempt } from '#lib/ledger/index.ts'
import { interruptTask } from '#lib/ledger/recovery/interrupt.ts'
import {
  begin,
  codeOf,
  eventsOf,
  finish,
  freshId,
  hire,
  pass,
  type Ref,
  reportOf,
  sweep,
} from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot, TABLES } from '../support/ledger.ts'

const WORK = ['task_history', 'task_attempts', 'sessions', 'task_output', 'incidents', 'workers'] as const
const MESSAGE = { id: 'm-1', stream: 'stdout', sequence: 1, data: 'I am back\n' } as const

/** What a worker can try with an attempt, by the words with which the task tells of it. */
function tries({ context }: Ledger, ref: Ref, messageId: string): Record<string, () => Promise<unknown>> {
  return {
    'sent output': () => appendOutput(context, { ...ref, messages: [MESSAGE] }),
    'reported progress': () => reportProgress(context, { ...ref, phase: 'undead', turns: 99, costUsd: 9 }),
    'named a session': () => linkSession(context, { ...ref, sessionId: 'grave' }),
    finished: () => finishAttempt(context, reportOf(ref, { messageId })),
  }
}

/** Attempt 2 runs with a session and output of its own; attempt 1 is a zombie whose worker has a lease again. */
async function haunted(ledger: Ledger) {
  const first = await begin(ledger)
  await linkSession(ledger.context, { ...first.ref, sessionId: 'first' })
  await pass(ledger, 30_000)
  await sweep(ledger)
  const worker = await hire(ledger)
  const { taskId } = first.ref
  await startAttempt(ledger.context, { taskId, workerId: worker.id, requestId: freshId('request') })
  const second = { taskId, workerId: worker.id, attempt: 2 }
  await linkSession(ledger.context, { ...second, sessionId: 'second' })
  await appendOutput(ledger.context, { ...second, messages: [MESSAGE] })
  return { zombie: first.ref, second }
}

const refusalsOf = async (ledger: Ledger, taskId: string) =>
  (await eventsOf(ledger, taskId)).filter(({ type }) => type === 'task.refused')

forEachDialect('a zombie', (open) => {
  it('changes nothing by anything it writes, and each refusal is on the timeline once', async () => {
    const ledger = await open()
    const { zombie } = await haunted(ledger)
    const before = await snapshot(ledger, WORK)
    const attempts = tries(ledger, zombie, 'zombie')
    for (let round = 0; round < 3; round += 1) {
      for (const attempt of Object.values(attempts)) expect(await codeOf(attempt())).toBe('fence_rejected')
      ledger.clock.advance(1000)
    }
    expect(await snapshot(ledger, WORK)).toEqual(before)
    const told = (await refusalsOf(ledger, zombie.taskId)).map(({ reason }) => reason)
    expect(told).toEqual(Object.keys(attempts).map((tried) => `attempt 1 ${tried} after attempt 2 began`))
  })

  it('is told who, when and why on the timeline', async () => {
    const ledger = await open()
    const { zombie } = await haunted(ledger)
    const actor = { kind: 'worker', name: 'dev-1/4411', role: 'worker' } as const
    await codeOf(appendOutput(ledger.contextOf({ actor }), { ...zombie, messages: [MESSAGE] }))
    expect(await refusalsOf(ledger, zombie.taskId)).toMatchObject([
      {
        attempt: 1,
        workerId: zombie.workerId,
        actor: { kind: 'worker', name: 'dev-1/4411' },
        fromStatus: null,
        toStatus: null,
        at: new Date(ledger.clock()).toISOString(),
        data: { tried: 'sent output', code: 'fence_rejected', currentAttempt: 2 },
      },
    ])
  })

  it('gets no lease back by a heartbeat, and is told that it lost where it has one', async () => {
    const ledger = await open()
    const { zombie } = await haunted(ledger)
    const before = await snapshot(ledger, WORK)
    const held = [{ taskId: zombie.taskId, attempt: 1 }]
    expect(await codeOf(heartbeat(ledger.context, { workerId: zombie.workerId, held }))).toBe('lease_expired')
    expect(await snapshot(ledger, WORK)).toEqual(before)
    const reborn = await hire(ledger)
    const tables = ['task_history', 'task_attempts', 'sessions', 'task_output'] as const
    const unharmed = await snapshot(ledger, tables)
    for (let round = 0; round < 3; round += 1) {
      const answer = await heartbeat(ledger.context, { workerId: reborn.id, held, progress: held })
      expect(answer.held).toMatchObject([{ verdict: 'lost' }])
    }
    expect(await snapshot(ledger, tables)).toEqual(unharmed)
    const told = (await refusalsOf(ledger, zombie.taskId)).map(({ reason }) => reason)
    expect(told).toEqual(['attempt 1 sent a heartbeat after attempt 2 began'])
  })

  it('of a sealed task changes nothing either', async () => {
    const ledger = await open()
    const { zombie, second } = await haunted(ledger)
    await finish(ledger, second)
    const before = await snapshot(ledger, WORK)
    for (const attempt of Object.values(tries(ledger, zombie, 'z')))
      expect(await codeOf(attempt())).toBe('fence_rejected')
    expect(await snapshot(ledger, WORK)).toEqual(before)
  })

  it('many at once are each refused, and the task tells of each once', async () => {
    const ledger = await open()
    const { zombie } = await haunted(ledger)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const before = await snapshot(ledger, WORK)
    const writes = Array.from({ length: 40 }, (_, index) =>
      codeOf(appendOutput(contexts[index % 2] ?? ledger.context, { ...zombie, messages: [MESSAGE] })),
    )
    expect(new Set(await Promise.all(writes))).toEqual(new Set(['fence_rejected']))
    expect(await snapshot(ledger, WORK)).toEqual(before)
    expect(await refusalsOf(ledger, zombie.taskId)).toHaveLength(1)
  })

  it('does not keep the current attempt from its work', async () => {
    const ledger = await open()
    const { zombie, second } = await haunted(ledger)
    const next = { ...MESSAGE, id: 'm-2', sequence: 2 }
    const [late, current] = await Promise.all([
      codeOf(appendOutput(ledger.context, { ...zombie, messages: [next] })),
      appendOutput(ledger.context, { ...second, messages: [next] }),
    ])
    expect(late).toBe('fence_rejected')
    expect(current.acked).toEqual(['m-2'])
    expect((await finish(ledger, second)).status).toBe('success')
  })
})

forEachDialect('a death that is noticed late', (open) => {
  it('interrupts neither what another worker has taken over, nor what has ended', async () => {
    const ledger = await open()
    const { zombie, second } = await haunted(ledger)
    const done = await begin(ledger)
    await finish(ledger, done.ref)
    const before = await snapshot(ledger, TABLES)
    const strange = { ...second, workerId: zombie.workerId }
    for (const ref of [zombie, strange, done.ref]) {
      expect(await codeOf(interruptTask(ledger.context, { ...ref, cause: 'suspected' }))).toBe('fence_rejected')
    }
    expect(await snapshot(ledger, TABLES)).toEqual(before)
  })
})

forEachDialect('a write after the end', (open) => {
  it('of an attempt that succeeded is refused as sealed, by everything a worker has', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { messageId: 'done' })
    const before = await snapshot(ledger, WORK)
    const attempts = tries(ledger, ref, 'other')
    for (const attempt of Object.values(attempts)) expect(await codeOf(attempt())).toBe('sealed_task')
    expect(await snapshot(ledger, WORK)).toEqual(before)
    const told = (await refusalsOf(ledger, ref.taskId)).map(({ reason }) => reason)
    expect(told).toEqual(Object.keys(attempts).map((tried) => `attempt 1 ${tried} after the task was sealed`))
  })

  it('of an attempt that was interrupted is refused, except for its result', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const before = await snapshot(ledger, WORK)
    const { finished, ...others } = tries(ledger, ref, 'late')
    for (const attempt of Object.values(others)) expect(await codeOf(attempt())).toBe('fence_rejected')
    expect(await snapshot(ledger, WORK)).toEqual(before)
    expect(await finished?.()).toMatchObject({ status: 'success' })
  })

  it('by a worker that holds nothing is refused for an attempt that never was', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const before = await snapshot(ledger, WORK)
    const future = { ...ref, attempt: 2 }
    for (const attempt of Object.values(tries(ledger, future, 'f')))
      expect(await codeOf(attempt())).toBe('fence_rejected')
    expect(await snapshot(ledger, WORK)).toEqual(before)
    expect(await rowsOf(ledger, 'late_reports')).toEqual([])
  })
})
