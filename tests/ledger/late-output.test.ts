import { expect, it } from 'vitest'
import { appendOutput, getTask, reassignTask } from '#lib/ledger/index.ts'
import { begin, codeOf, finish, hire, pass, type Ref, startedBy, sweep } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

/** A task whose worker fell silent, and was found out. */
async function interrupted(ledger: Ledger, changes = {}) {
  const begun = await begin(ledger, changes)
  await pass(ledger, 30_000)
  await sweep(ledger)
  return begun
}

forEachDialect('late output', (open) => {
  const send = ({ context }: Ledger, ref: Ref, sequence: number, data = 'x') =>
    appendOutput(context, { ...ref, messages: [{ id: `m-${sequence}`, stream: 'stdout', sequence, data }], late: true })

  it('of an interrupted task that nobody took over is taken, and changes nothing else', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, 1)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const before = await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])
    expect(await send(ledger, ref, 2)).toMatchObject({ acked: ['m-2'], highest: { stdout: 2 } })
    expect(await snapshot(ledger, ['task_history', 'task_attempts', 'task_events'])).toEqual(before)
    expect(await rowsOf(ledger, 'task_output')).toHaveLength(2)
  })

  it('is taken while the task waits for its next worker', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    await reassignTask(ledger.context, { taskId: ref.taskId, reason: 'again' })
    expect(await send(ledger, ref, 1)).toMatchObject({ acked: ['m-1'] })
    expect((await getTask(ledger.context, ref)).task.status).toBe('assigned')
  })

  it('of an attempt that has reported its end is refused', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref, { outcome: 'failed' })
    await pass(ledger, 10_000)
    await sweep(ledger)
    expect((await getTask(ledger.context, ref)).task.status).toBe('assigned')
    expect(await codeOf(send(ledger, ref, 1))).toBe('fence_rejected')
  })

  it('is refused from another worker, and once somebody took over', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const other = await hire(ledger)
    expect(await codeOf(send(ledger, { ...ref, workerId: other.id }, 1))).toBe('fence_rejected')
    await startedBy(ledger, ref.taskId)
    expect(await codeOf(send(ledger, ref, 1))).toBe('fence_rejected')
    expect(await rowsOf(ledger, 'task_output')).toEqual([])
  })

  it('stays under the cap of its attempt', async () => {
    const ledger = await open()
    const { ref } = await interrupted(ledger)
    const { outputBytesMax } = ledger.context.policy.settings
    const data = 'x'.repeat(200_000)
    const count = Math.ceil(outputBytesMax / data.length) + 2
    for (let sequence = 1; sequence <= count; sequence++) await send(ledger, ref, sequence, data)
    const rows = await rowsOf(ledger, 'task_output')
    expect(rows.length * data.length).toBeLessThanOrEqual(outputBytesMax)
    expect(rows.length).toBeGreaterThan(1)
  })
})
