import { expect, it } from 'vitest'
import {
  appendOutput,
  createTask,
  pauseRecovery,
  recover,
  runDueOperations,
  runOperation,
  unpauseRecovery,
} from '#lib/ledger/index.ts'
import { pruneLedger } from '#lib/ledger/recovery/prune.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import { begin, finish, pass, type Ref, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot, TABLES } from '../support/ledger.ts'

const DAY_MS = 86_400_000

async function speak({ context }: Ledger, ref: Ref): Promise<void> {
  await appendOutput(context, { ...ref, messages: [{ id: 'm', stream: 'stdout', sequence: 1, data: 'hello\n' }] })
}

/** How many rows name the task, over all tables that do. */
async function traces(ledger: Ledger, taskId: string): Promise<string[]> {
  const found: string[] = []
  for (const table of TABLES) {
    const rows = await rowsOf(ledger, table)
    if (rows.some((row) => row.task_id === taskId || (table === 'task_history' && row.id === taskId))) found.push(table)
  }
  return found
}

forEachDialect('retention', (open) => {
  const prune = ({ context, clock }: Ledger, ageMs = DAY_MS) => pruneLedger(context, { before: clock() - ageMs })

  it('takes a task that was sealed long ago, with all that belongs to it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await speak(ledger, ref)
    await finish(ledger, ref)
    expect(await traces(ledger, ref.taskId)).toEqual(['task_history', 'task_attempts', 'task_events', 'task_output'])
    ledger.clock.advance(DAY_MS + 1)
    expect(await prune(ledger)).toBe(1)
    expect(await traces(ledger, ref.taskId)).toEqual([])
    expect((await rowsOf(ledger, 'task_events')).at(-1)).toMatchObject({ type: 'ledger.pruned' })
  })

  it('leaves what was sealed at that very moment or later, and everything that is open', async () => {
    const ledger = await open()
    const open_ = await begin(ledger)
    await createTask(ledger.context, taskOf())
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    ledger.clock.advance(DAY_MS)
    const before = await snapshot(ledger, TABLES)
    expect(await prune(ledger)).toBe(0)
    expect(await snapshot(ledger, TABLES)).toEqual(before)
    expect(await traces(ledger, open_.ref.taskId)).toContain('task_attempts')
  })

  it('goes in batches, the oldest first', async () => {
    const ledger = await open()
    const refs = []
    for (let index = 0; index < 102; index += 1) refs.push((await begin(ledger)).ref)
    for (const ref of refs) {
      await finish(ledger, ref)
      ledger.clock.advance(1)
    }
    ledger.clock.advance(2 * DAY_MS)
    expect(await prune(ledger)).toBe(100)
    const left = (await rowsOf(ledger, 'task_history')).map(({ id }) => id)
    expect(left.sort()).toEqual(
      refs
        .slice(100)
        .map(({ taskId }) => taskId)
        .sort(),
    )
    expect(await prune(ledger)).toBe(2)
    expect(await prune(ledger)).toBe(0)
  })

  it('takes the records of recovery and of workers that nothing names any more', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'recovery_runs')).toHaveLength(1)
    ledger.clock.advance(2 * DAY_MS)
    await prune(ledger)
    expect(await rowsOf(ledger, 'recovery_runs')).toEqual([])
    // Its attempt is still told of, so its worker and its incident are.
    expect(await traces(ledger, ref.taskId)).toContain('task_attempts')
    expect(await rowsOf(ledger, 'workers')).toHaveLength(1)
    expect(await rowsOf(ledger, 'incidents')).toHaveLength(1)
  })

  it('takes bulk acts and pauses that are long over, and leaves an act that still runs', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const order = { action: 'note' as const, ids: [id], reason: 'as agreed' }
    await runOperation(ledger.context, order)
    await runDueOperations(ledger.context)
    const later = await runOperation(ledger.context, { ...order, startAfterMs: 3_600_000 })
    const pause = await pauseRecovery(ledger.context, { reason: 'a move', forMs: 3_600_000 })
    await unpauseRecovery(ledger.context, { pauseId: pause.id })
    ledger.clock.advance(2 * DAY_MS)
    await prune(ledger)
    expect(await rowsOf(ledger, 'operations')).toMatchObject([{ id: later.id }])
    expect(await rowsOf(ledger, 'operation_items')).toMatchObject([{ operation_id: later.id }])
    expect(await rowsOf(ledger, 'recovery_pauses')).toEqual([])
  })

  it('is done by the sweeper once it is configured, and never before', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    ledger.clock.advance(2 * DAY_MS)
    await sweep(ledger)
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(1)
    const policy = createPolicy(settingsOf({ retentionMs: DAY_MS }))
    await recover(ledger.contextOf({ policy }), { trigger: 'sweep', sweepMs: 1000 })
    expect(await rowsOf(ledger, 'task_history')).toEqual([])
  })
})
