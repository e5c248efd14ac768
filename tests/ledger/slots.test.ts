import { expect, it } from 'vitest'
import type { Context } from '#lib/ledger/index.ts'
import {
  claimTasks,
  createTask,
  drainWorker,
  getWorker,
  reassignTask,
  reportProgress,
  resumeWorker,
  startAttempt,
} from '#lib/ledger/index.ts'
import { begin, finish, freshId, hire, pass, refusal, startedBy, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const claim = (context: Context, workerId: string, max: number) =>
  claimTasks(context, { workerId, requestId: freshId('request'), max })

async function queue(ledger: Ledger, count: number): Promise<void> {
  await createTask.many(
    ledger.context,
    Array.from({ length: count }, () => taskOf()),
  )
}

forEachDialect('a claim', (open) => {
  it('fills the free slots of its worker and no more, whatever it asks for', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { slots: 3 })
    await queue(ledger, 10)
    const first = await claim(ledger.context, worker.id, 2)
    expect(first).toHaveLength(2)
    expect(await claim(ledger.context, worker.id, 5)).toHaveLength(1)
    expect(await claim(ledger.context, worker.id, 5)).toEqual([])
    const [one, two] = first.map(({ id }) => ({ taskId: id, workerId: worker.id, attempt: 1 }))
    if (!one || !two) throw new Error('two were claimed')
    await reportProgress(ledger.context, { ...one, waiting: { reason: 'an approval' } })
    expect(await claim(ledger.context, worker.id, 5)).toEqual([])
    await finish(ledger, two)
    expect(await claim(ledger.context, worker.id, 5)).toHaveLength(1)
  })

  it('gives a lost answer again though the slots are taken by it', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { slots: 2 })
    await queue(ledger, 5)
    const command = { workerId: worker.id, requestId: freshId('request'), max: 5 }
    const given = await claimTasks(ledger.context, command)
    expect(await claimTasks(ledger.context, command)).toEqual(given)
    expect(given).toHaveLength(2)
  })

  it('counts what was given by name, which no slot limits', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { slots: 1 })
    for (let count = 0; count < 2; count += 1) {
      const { id } = await createTask(ledger.context, taskOf())
      await startedBy(ledger, id, worker)
    }
    await begin(ledger, {}, worker)
    expect(await getWorker(ledger.context, { workerId: worker.id })).toMatchObject({ worker: { held: 3, slots: 1 } })
    await queue(ledger, 1)
    expect(await claim(ledger.context, worker.id, 1)).toEqual([])
  })

  it('gives what is meant for its worker, which takes no slot before', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { slots: 1 })
    const { id: taskId } = await createTask(ledger.context, taskOf())
    await reassignTask(ledger.context, { taskId, workerId: worker.id, reason: 'it has the checkout' })
    expect(await claim(ledger.context, worker.id, 1)).toMatchObject([{ id: taskId }])
  })

  it('of one worker through two instances at once takes no slot twice', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    for (let round = 0; round < 5; round += 1) {
      const worker = await hire(ledger, { slots: 3 })
      await queue(ledger, 8)
      const given = await Promise.all(contexts.map((context) => claim(context, worker.id, 3)))
      expect(given.flat()).toHaveLength(3)
    }
  })
})

forEachDialect('a worker that drains', (open) => {
  it('can begin nothing by name, and can again when it is resumed', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    const { id: taskId } = await createTask(ledger.context, taskOf())
    await drainWorker(ledger.context, { workerId: worker.id })
    const named = () => startAttempt(ledger.context, { taskId, workerId: worker.id, requestId: freshId('r') })
    const expected = { code: 'invalid_transition', facts: { workerId: worker.id, state: 'draining' } }
    expect(await refusal(named())).toMatchObject(expected)
    const created = createTask(ledger.context, taskOf({ start: { workerId: worker.id } }))
    expect(await refusal(created)).toMatchObject(expected)
    await resumeWorker(ledger.context, { workerId: worker.id })
    expect(await named()).toMatchObject({ attempt: 1 })
  })

  it('can go on with what it held', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await drainWorker(ledger.context, { workerId: ref.workerId })
    await pass(ledger, 30_000)
    const { taskId, workerId } = ref
    const again = { taskId, workerId, requestId: freshId('r'), reattach: { attempt: 1 } }
    expect(await startAttempt(ledger.context, again)).toMatchObject({ attempt: 1, resume: null })
    expect((await finish(ledger, ref)).status).toBe('success')
  })
})
