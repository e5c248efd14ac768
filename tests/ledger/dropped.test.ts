import { expect, it } from 'vitest'
import { claimTasks, createTask, getTask, getWorker, heartbeat, startAttempt } from '#lib/ledger/index.ts'
import { tick } from '#lib/ledger/recovery/tick.ts'
import { begin, freshId, hire, pass, type Ref, sweep, taskOf } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const beat = ({ context }: Ledger, { workerId }: Pick<Ref, 'workerId'>, held: readonly Ref[] = []) =>
  heartbeat(context, { workerId, held: held.map(({ taskId, attempt }) => ({ taskId, attempt })) })
const statusOf = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).task.status

/** Beats every five seconds and sweeps, without ever naming the task. */
async function leaveOut(ledger: Ledger, ref: Pick<Ref, 'workerId'>, ms: number, held: readonly Ref[] = []) {
  for (let leftMs = ms; leftMs > 0; leftMs -= 5000) {
    await pass(ledger, 5000)
    await beat(ledger, ref, held)
    await sweep(ledger)
  }
}

forEachDialect('a task that its worker no longer lists', (open) => {
  it('is interrupted after a whole lease of it, and its worker lives on with the rest', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    const kept = (await begin(ledger, {}, worker)).ref
    await beat(ledger, ref, [kept])
    await leaveOut(ledger, ref, 25_000, [kept])
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
    await leaveOut(ledger, ref, 5000, [kept])
    const { task, attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({ status: 'interrupted', incidentId: null, nextAction: 'reassign', interruptions: 1 })
    expect(task.reason).toBe('its worker answers and no longer lists it')
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'dropped' }])
    expect(await statusOf(ledger, kept.taskId)).toBe('running')
    expect(await getWorker(ledger.context, { workerId: ref.workerId })).toMatchObject({ worker: { state: 'alive' } })
    expect(await rowsOf(ledger, 'incidents')).toEqual([])
    await checkInvariants(ledger)
  })

  it('is told to the worker as unknown until then', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const unknown = [{ taskId: ref.taskId, attempt: 1, verdict: 'unknown' }]
    expect((await beat(ledger, ref)).held).toEqual(unknown)
    await leaveOut(ledger, ref, 25_000)
    expect((await beat(ledger, ref)).held).toEqual(unknown)
  })

  it('is forgiven as soon as it is listed again', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await beat(ledger, ref)
    await leaveOut(ledger, ref, 25_000)
    await beat(ledger, ref, [ref])
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ unlisted_at: null }])
    await leaveOut(ledger, ref, 25_000)
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
  })

  it('is not listed by the number of another attempt, nor by a worker that does not hold it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const stranger = await hire(ledger)
    await beat(ledger, ref, [{ ...ref, attempt: 2 }])
    for (let beats = 0; beats < 6; beats += 1) {
      await leaveOut(ledger, ref, 5000, [{ ...ref, attempt: 2 }])
      await beat(ledger, { workerId: stranger.id }, [ref])
    }
    expect(await statusOf(ledger, ref.taskId)).toBe('interrupted')
  })

  it('is left alone while the answer to its claim may be under way', async () => {
    const ledger = await open()
    const worker = await hire(ledger)
    await createTask(ledger.context, taskOf())
    const requestId = freshId('request')
    const [task] = await claimTasks(ledger.context, { workerId: worker.id, requestId })
    const ref = { taskId: task?.id ?? '', workerId: worker.id, attempt: 1 }
    await leaveOut(ledger, ref, 30_000)
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
    expect(await claimTasks(ledger.context, { workerId: worker.id, requestId })).toHaveLength(1)
    await leaveOut(ledger, ref, 30_000, [ref])
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
  })

  it('is not taken for dropped when the ledger was away in between', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await tick(ledger.context, { sweepMs: 1000 })
    await beat(ledger, ref)
    ledger.clock.advance(3_600_000)
    await sweep(ledger)
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
    await beat(ledger, ref, [ref])
    await sweep(ledger)
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
  })

  it('is not taken for dropped when its worker comes back and reattaches', async () => {
    const ledger = await open()
    const { ref, worker } = await begin(ledger)
    const other = (await begin(ledger, {}, worker)).ref
    await beat(ledger, ref)
    ledger.clock.advance(60_000)
    const again = { ...other, requestId: freshId('r'), reattach: { attempt: 1 } }
    const { taskId, workerId, requestId, reattach } = again
    await startAttempt(ledger.context, { taskId, workerId, requestId, reattach })
    await sweep(ledger)
    expect(await statusOf(ledger, ref.taskId)).toBe('running')
  })
})
