import { expect, it } from 'vitest'
import { appendOutput, getTask, heartbeat, recover, reportProgress, saveCheckpoint } from '#lib/ledger/index.ts'
import { tick } from '#lib/ledger/recovery/tick.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { START_MS } from '../support/clock.ts'
import { begin, eventsOf, eventTypes, finish, hire, pass, type Ref, sweep } from '../support/factories.ts'
import { checkInvariants } from '../support/invariants.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'
import { whileStuck } from '../support/stuck.ts'

const at = (ms: number) => new Date(START_MS + ms).toISOString()
const LONG = { leaseMs: 3_600_000 }

async function limited(ledger: Ledger, progressTimeoutMs = 60_000): Promise<Ref> {
  return (await begin(ledger, { progressTimeoutMs }, await hire(ledger, LONG))).ref
}

const read = async ({ context }: Ledger, taskId: string) => (await getTask(context, { taskId })).task
const told = async (ledger: Ledger, taskId: string) =>
  (await eventTypes(ledger, taskId)).filter((type) => type === 'task.no_progress' || type === 'task.went_on')

forEachDialect('an attempt that shows no progress', (open) => {
  it('is marked once its limit is over, not a millisecond before, and told once', async () => {
    const ledger = await open()
    const { taskId } = await limited(ledger)
    await pass(ledger, 59_999)
    await sweep(ledger)
    expect(await read(ledger, taskId)).toMatchObject({ noProgressSince: null })
    await pass(ledger, 1)
    await sweep(ledger)
    expect(await read(ledger, taskId)).toMatchObject({ status: 'running', noProgressSince: at(60_000) })
    expect((await eventsOf(ledger, taskId)).at(-1)).toMatchObject({
      ...{ type: 'task.no_progress', attempt: 1, reason: 'nothing has come for 1m; its limit is 1m' },
      data: { silentMs: 60_000, limitMs: 60_000 },
    })
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])
    await pass(ledger, 60_000)
    await sweep(ledger)
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])).toEqual(before)
  })

  it.each<[string, (ledger: Ledger, ref: Ref) => Promise<unknown>]>([
    ['a report', ({ context }, ref) => reportProgress(context, { ...ref, turns: 1 })],
    [
      'output',
      ({ context }, ref) =>
        appendOutput(context, { ...ref, messages: [{ id: 'm', stream: 'stdout', sequence: 1, data: 'x' }] }),
    ],
    ['a checkpoint', ({ context }, ref) => saveCheckpoint(context, { ...ref, turn: 1, state: {} })],
    [
      'a heartbeat that says it got on',
      ({ context }, { workerId, taskId, attempt }) => {
        const held = [{ taskId, attempt }]
        return heartbeat(context, { workerId, held, progress: held })
      },
    ],
  ])('is so no longer after %s, and may be so again', async (_sign, go) => {
    const ledger = await open()
    const ref = await limited(ledger)
    await pass(ledger, 60_000)
    await sweep(ledger)
    await go(ledger, ref)
    expect(await read(ledger, ref.taskId)).toMatchObject({ noProgressSince: null, progressAt: at(60_000) })
    expect((await eventsOf(ledger, ref.taskId)).find(({ type }) => type === 'task.went_on')).toMatchObject({
      ...{ fromStatus: null, toStatus: null, data: { after: 'silence' } },
    })
    await pass(ledger, 60_000)
    await sweep(ledger)
    expect(await told(ledger, ref.taskId)).toEqual(['task.no_progress', 'task.went_on', 'task.no_progress'])
  })

  it('is not helped by a heartbeat alone, nor by that of another', async () => {
    const ledger = await open()
    const ref = await limited(ledger)
    const other = await begin(ledger)
    await pass(ledger, 25_000)
    const held = [{ taskId: ref.taskId, attempt: 1 }]
    await heartbeat(ledger.context, { workerId: ref.workerId, held })
    await heartbeat(ledger.context, { workerId: other.worker.id, held: [], progress: held })
    await pass(ledger, 35_000)
    await sweep(ledger)
    const marked = await read(ledger, ref.taskId)
    expect(marked.noProgressSince).toBe(at(60_000))
    await heartbeat(ledger.context, { workerId: ref.workerId, held, progress: [{ taskId: ref.taskId, attempt: 2 }] })
    expect(await read(ledger, ref.taskId)).toEqual({ ...marked, holder: expect.anything() })
  })

  it('is none that waits, that has no limit, or that has ended', async () => {
    const ledger = await open()
    const [waits, ended] = [await limited(ledger), await limited(ledger)]
    const free = await begin(ledger, {}, await hire(ledger, LONG))
    await reportProgress(ledger.context, { ...waits, waiting: { reason: 'an approval' } })
    await finish(ledger, ended, { outcome: 'failed' })
    await pass(ledger, 600_000)
    await sweep(ledger)
    for (const taskId of [waits.taskId, ended.taskId, free.task.id]) expect(await told(ledger, taskId)).toEqual([])
    expect((await rowsOf(ledger, 'task_attempts')).map((row) => row.silent_at)).toEqual([null, null, null])
  })

  it('is not held against it for the time in which the ledger was away', async () => {
    const ledger = await open()
    const { taskId } = await limited(ledger)
    await tick(ledger.context, { sweepMs: 1000 })
    ledger.clock.advance(600_000)
    await sweep(ledger)
    expect(await told(ledger, taskId)).toEqual([])
    await pass(ledger, 60_000)
    await sweep(ledger)
    expect(await told(ledger, taskId)).toEqual(['task.no_progress'])
  })

  it('is told once when two instances look at once', async () => {
    const ledger = await open()
    const { taskId } = await limited(ledger)
    await pass(ledger, 60_000)
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    await Promise.all(contexts.map((context) => recover(context, { trigger: 'sweep', sweepMs: 1000 })))
    expect(await told(ledger, taskId)).toEqual(['task.no_progress'])
  })
})

forEachDialect('where silence interrupts', (open, dialect) => {
  const policy = createPolicy(settingsOf({ noProgress: 'interrupt' }))
  const strictly = (ledger: Ledger, dryRun = false) =>
    recover(ledger.contextOf({ policy }), { trigger: 'sweep', sweepMs: 1000, dryRun })

  it('an attempt that cannot be interrupted is told, and holds up no other', async () => {
    const ledger = await open()
    const worker = await hire(ledger, LONG)
    await begin(ledger, { id: 'stuck-1', progressTimeoutMs: 60_000 }, worker)
    const { task } = await begin(ledger, { progressTimeoutMs: 60_000 }, worker)
    await pass(ledger, 60_000)
    await whileStuck(ledger, dialect, 'interrupted', async () => {
      const errors = [{ taskId: 'stuck-1', message: expect.stringContaining('this row is stuck') }]
      expect(await strictly(ledger, true)).toMatchObject({ interrupted: 1, errors })
      expect(await strictly(ledger)).toMatchObject({ interrupted: 1, errors })
      expect((await read(ledger, task.id)).status).toBe('interrupted')
    })
    expect(await strictly(ledger)).toMatchObject({ interrupted: 1, errors: [] })
    await checkInvariants(ledger)
  })

  it('the attempt is interrupted, its worker lives on and hears of it', async () => {
    const ledger = await open()
    const ref = await limited(ledger)
    const other = (await begin(ledger, {}, { ...(await hire(ledger, LONG)), id: ref.workerId })).ref
    await pass(ledger, 60_000)
    expect(await strictly(ledger, true)).toMatchObject({ interrupted: 1, workersDead: 0 })
    expect((await read(ledger, ref.taskId)).status).toBe('running')
    expect(await strictly(ledger)).toMatchObject({ interrupted: 1, workersDead: 0 })
    const { task, attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(task).toMatchObject({
      status: 'interrupted',
      incidentId: null,
      nextAction: 'reassign',
      noProgressSince: null,
    })
    expect(task.nextReason).toBe('its worker showed no progress (interruption 1 of 3)')
    expect(attempts).toMatchObject([{ status: 'interrupted', cause: 'silent' }])
    const held = [ref, other].map(({ taskId, attempt }) => ({ taskId, attempt }))
    const answer = await heartbeat(ledger.context, { workerId: ref.workerId, held })
    expect(answer.held.map(({ verdict }) => verdict)).toEqual(['lost', 'held'])
    await checkInvariants(ledger)
  })

  it('what was only shown before is interrupted too', async () => {
    const ledger = await open()
    const { taskId } = await limited(ledger)
    await pass(ledger, 60_000)
    await sweep(ledger)
    await strictly(ledger)
    expect(await read(ledger, taskId)).toMatchObject({ status: 'interrupted' })
    expect(await told(ledger, taskId)).toEqual(['task.no_progress'])
  })

  it('what got on in time is left alone', async () => {
    const ledger = await open()
    const ref = await limited(ledger)
    await pass(ledger, 59_000)
    await reportProgress(ledger.context, { ...ref, turns: 1 })
    await pass(ledger, 59_000)
    await strictly(ledger)
    expect(await read(ledger, ref.taskId)).toMatchObject({ status: 'running', noProgressSince: null })
  })
})
