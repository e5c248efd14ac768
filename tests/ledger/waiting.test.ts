import { expect, it } from 'vitest'
import {
  appendOutput,
  failTask,
  getTask,
  heartbeat,
  reassignTask,
  reportProgress,
  saveCheckpoint,
} from '#lib/ledger/index.ts'
import type { ReportProgress } from '#lib/task/commands.ts'
import type { Task } from '#lib/task/schema.ts'
import { begin, eventsOf, finish, freshId, pass, type Ref, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const APPROVAL = { reason: 'an approval by ada' }

async function waiting(ledger: Ledger): Promise<{ ref: Ref; task: Task }> {
  const { ref } = await begin(ledger)
  return { ref, task: await reportProgress(ledger.context, { ...ref, waiting: APPROVAL }) }
}

const read = ({ context }: Ledger, taskId: string) => getTask(context, { taskId })
const report = ({ context }: Ledger, ref: Ref, changes: Partial<ReportProgress> = {}) =>
  reportProgress(context, { ...ref, ...changes })
const steps = async (ledger: Ledger, taskId: string) =>
  (await eventsOf(ledger, taskId)).map(({ type, fromStatus, toStatus }) => [type, fromStatus, toStatus])

forEachDialect('an attempt that waits', (open) => {
  it('is waiting with its task, for the reason that it gave', async () => {
    const ledger = await open()
    const { ref, task } = await waiting(ledger)
    expect(task).toMatchObject({ status: 'waiting', waitReason: APPROVAL.reason, workerId: ref.workerId, attempt: 1 })
    expect((await read(ledger, ref.taskId)).attempts).toMatchObject([{ status: 'waiting' }])
    expect((await eventsOf(ledger, ref.taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.waiting', fromStatus: 'running', toStatus: 'waiting', reason: APPROVAL.reason },
    })
    await checkInvariants(ledger)
  })

  it('says once what it waits for, and again when that changes', async () => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    await report(ledger, ref, { waiting: APPROVAL })
    const task = await report(ledger, ref, { waiting: { reason: 'a rate limit' } })
    expect(task).toMatchObject({ status: 'waiting', waitReason: 'a rate limit' })
    expect((await steps(ledger, ref.taskId)).slice(2)).toEqual([
      ['task.waiting', 'running', 'waiting'],
      ['task.waiting', null, null],
    ])
  })

  it.each<[string, (ledger: Ledger, ref: Ref) => Promise<unknown>]>([
    ['a report that it waits no longer', (ledger, ref) => report(ledger, ref, { waiting: null })],
    ['any other report', (ledger, ref) => report(ledger, ref, { turns: 2 })],
    [
      'output',
      ({ context }, ref) =>
        appendOutput(context, { ...ref, messages: [{ id: 'm', stream: 'stdout', sequence: 1, data: 'x' }] }),
    ],
    ['a checkpoint', ({ context }, ref) => saveCheckpoint(context, { ...ref, turn: 1, state: {} })],
  ])('runs again by %s', async (_sign, go) => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    await go(ledger, ref)
    const { task, attempts } = await read(ledger, ref.taskId)
    expect(task).toMatchObject({ status: 'running', waitReason: null, workerId: ref.workerId })
    expect(attempts).toMatchObject([{ status: 'running' }])
    expect(await steps(ledger, ref.taskId)).toContainEqual(['task.went_on', 'waiting', 'running'])
    await checkInvariants(ledger)
  })

  it('goes on waiting through heartbeats, and is held by them', async () => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    for (let beat = 0; beat < 4; beat += 1) {
      await pass(ledger, 20_000)
      const held = [{ taskId: ref.taskId, attempt: 1 }]
      const answer = await heartbeat(ledger.context, { workerId: ref.workerId, held, progress: held })
      expect(answer.held).toMatchObject([{ verdict: 'held' }])
      await sweep(ledger)
    }
    expect((await read(ledger, ref.taskId)).task.status).toBe('waiting')
  })

  it('is interrupted when its worker dies', async () => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const { task, attempts } = await read(ledger, ref.taskId)
    expect(task).toMatchObject({ status: 'interrupted', waitReason: null, nextAction: 'reassign' })
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'suspected' }])
    await checkInvariants(ledger)
  })

  it.each([
    ['success', 'success'],
    ['aborted_no_skill', 'aborted_no_skill'],
  ] as const)('that reports %s went on first, and both are told', async (outcome, status) => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    expect(await finish(ledger, ref, { outcome })).toMatchObject({ status, waitReason: null })
    expect((await steps(ledger, ref.taskId)).slice(-2)).toEqual([
      ['task.went_on', 'waiting', 'running'],
      ['task.finished', 'running', status],
    ])
    await checkInvariants(ledger)
  })

  it.each([
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['interrupted', 'interrupted'],
  ] as const)('that reports %s ends where it was', async (outcome, status) => {
    const ledger = await open()
    const { ref } = await waiting(ledger)
    expect(await finish(ledger, ref, { outcome })).toMatchObject({ status, waitReason: null })
    expect((await steps(ledger, ref.taskId)).at(-1)).toEqual(['task.finished', 'waiting', status])
    await checkInvariants(ledger)
  })

  it('can be failed by hand, or given to somebody else, and waits no longer then', async () => {
    const ledger = await open()
    const [failed, moved] = [await waiting(ledger), await waiting(ledger)]
    const byHand = { reason: 'nobody will approve it' }
    expect(await failTask(ledger.context, { taskId: failed.ref.taskId, ...byHand })).toMatchObject({ waitReason: null })
    const task = await reassignTask(ledger.context, { taskId: moved.ref.taskId, ...byHand })
    expect(task).toMatchObject({ status: 'assigned', waitReason: null, workerId: null })
    await checkInvariants(ledger)
  })

  it('of many reports at once waits where it said so', async () => {
    const ledger = await open()
    const refs = [(await begin(ledger)).ref, (await waiting(ledger)).ref, (await begin(ledger)).ref]
    const commands = refs.map((ref, index) => ({
      ...ref,
      note: freshId('n'),
      ...(index === 2 ? { waiting: APPROVAL } : {}),
    }))
    const results = await reportProgress.many(ledger.context, commands)
    expect(results.map((result) => result.ok && result.value.status)).toEqual(['running', 'running', 'waiting'])
    await checkInvariants(ledger)
  })
})
