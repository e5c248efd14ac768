import { expect, it } from 'vitest'
import {
  abortOperation,
  countMatching,
  createTask,
  failTask,
  getOperation,
  listOperationItems,
  retryOperation,
  runDueOperations,
  runOperation,
} from '#lib/ledger/index.ts'
import { begin, codeOf, eventsOf, finish, freshId, refusal, startedBy, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

const reason = 'the host burnt down'

async function createMany({ context }: Ledger, count: number, repo = 'acme/api'): Promise<string[]> {
  const commands = Array.from({ length: count }, () => taskOf({ repo }))
  await createTask.many(context, commands)
  return commands.map(({ id = '' }) => id)
}

async function statusesOf(ledger: Ledger): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status } of await rowsOf(ledger, 'task_history')) {
    counts[String(status)] = (counts[String(status)] ?? 0) + 1
  }
  return counts
}

async function operationEvents({ sql }: Ledger): Promise<unknown[]> {
  return (await sql(`SELECT type FROM task_events WHERE type LIKE 'operation.%' ORDER BY id`)).map(({ type }) => type)
}

forEachDialect('a bulk act', (open) => {
  it('changes the frozen tasks in batches, and none that came or came to match after it was ordered', async () => {
    const ledger = await open()
    const { context } = ledger
    const ids = await createMany(ledger, 700)
    const { id: operationId } = await runOperation(context, { action: 'fail', filter: { repo: 'acme/api' }, reason })
    await createMany(ledger, 30)
    await runDueOperations(context)
    const { operation } = await getOperation(context, { operationId })
    expect(operation).toMatchObject({ status: 'done', total: 700, changed: 700, skipped: 0, failed: 0, leftAlone: [] })
    expect(await statusesOf(ledger)).toEqual({ failed: 700, queued: 30 })
    expect((await eventsOf(ledger, ids[0] ?? '')).at(-1)).toMatchObject({
      type: 'task.failed',
      reason,
      actor: { kind: 'person', name: 'ada' },
      data: { operationId },
    })
    expect(await operationEvents(ledger)).toEqual(['operation.started', 'operation.finished'])
  })

  it('leaves out tasks that came after the moment that its filter names', async () => {
    const ledger = await open()
    await createMany(ledger, 2)
    const asOf = new Date(ledger.clock()).toISOString()
    ledger.clock.advance(1000)
    await createMany(ledger, 1)
    expect(await runOperation(ledger.context, { action: 'cancel', filter: {}, asOf, reason })).toMatchObject({
      total: 2,
    })
  })

  it('does what the single act does, and skips with the words of its refusal', async () => {
    const ledger = await open()
    const { context } = ledger
    const sealed = await begin(ledger)
    await finish(ledger, sealed.ref)
    const exhausted = await begin(ledger, { maxRetries: 1 })
    await failTask(context, { taskId: exhausted.task.id, reason })
    await ledger.sql(`UPDATE task_history SET retries_used = 1 WHERE id = '${exhausted.task.id}'`)
    const [good = ''] = await createMany(ledger, 1)
    const gone = freshId('gone')
    const ids = [sealed.task.id, exhausted.task.id, good, gone]
    const { id: operationId } = await runOperation(context, { action: 'reassign', ids, reason, holdMs: 10_000 })
    await runDueOperations(context)
    const { items } = await listOperationItems(context, { operationId })
    expect(items.map(({ taskId, result, code }) => [taskId, result, code])).toEqual([
      [sealed.task.id, 'skipped', 'sealed_task'],
      [exhausted.task.id, 'skipped', 'retries_exhausted'],
      [good, 'changed', null],
      [gone, 'skipped', 'not_found'],
    ])
    expect(items[0]?.detail).toBe('the task is sealed as success')
    const { operation } = await getOperation(context, { operationId })
    expect(operation).toMatchObject({ total: 4, changed: 1, skipped: 3, holdMs: 10_000 })
    expect(operation.leftAlone?.map(({ code, count }) => [code, count])).toEqual([
      ['not_found', 1],
      ['retries_exhausted', 1],
      ['sealed_task', 1],
    ])
  })

  it('leaves alone a task that became something else between the order and the act, but for a note', async () => {
    const ledger = await open()
    const { context } = ledger
    const [moved = '', still = ''] = await createMany(ledger, 2)
    const fail = await runOperation(context, { action: 'fail', ids: [moved, still], reason })
    const note = await runOperation(context, { action: 'note', ids: [moved, still], reason })
    await startedBy(ledger, moved)
    await runDueOperations(context)
    const { items } = await listOperationItems(context, { operationId: fail.id, result: 'skipped' })
    expect(items).toMatchObject([{ taskId: moved, code: 'invalid_transition' }])
    expect(items[0]?.detail).toBe('it was queued when it was chosen, and is running (attempt 1) now')
    expect(await statusesOf(ledger)).toEqual({ running: 1, failed: 1 })
    expect((await getOperation(context, { operationId: note.id })).operation).toMatchObject({ changed: 2 })
  })

  it('dry run says what the act would do, by the same rules, and changes nothing', async () => {
    const ledger = await open()
    const { context } = ledger
    const ids = await createMany(ledger, 300)
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const before = await snapshot(ledger, ['task_history', 'task_events', 'operations', 'operation_items'])
    const order = { action: 'cancel' as const, ids: [...ids, ref.taskId], reason }
    const rehearsed = await runOperation(context, { ...order, dryRun: true })
    expect(rehearsed).toMatchObject({ dryRun: true, total: 301, changed: 300, skipped: 1 })
    expect(rehearsed.leftAlone).toMatchObject([{ code: 'sealed_task', count: 1, example: { taskId: ref.taskId } }])
    expect(await snapshot(ledger, ['task_history', 'task_events', 'operations', 'operation_items'])).toEqual(before)
    const { id: operationId } = await runOperation(context, order)
    await runDueOperations(context)
    const { operation } = await getOperation(context, { operationId })
    expect([operation.changed, operation.skipped, operation.leftAlone]).toEqual([300, 1, rehearsed.leftAlone])
  })

  it('can be stopped before it begins, and between two batches; what is done stays done', async () => {
    const ledger = await open()
    const { context } = ledger
    await createMany(ledger, 600)
    const order = { action: 'cancel' as const, filter: {}, reason }
    const held = await runOperation(context, { ...order, startAfterMs: 10_000 })
    await runDueOperations(context)
    expect((await getOperation(context, { operationId: held.id })).operation).toMatchObject({ changed: 0 })
    expect(await abortOperation(context, { operationId: held.id, reason: 'not these' })).toMatchObject({
      status: 'aborted',
      abortedBy: 'ada',
    })
    const { id: operationId } = await runOperation(context, order)
    let batches = 0
    await runDueOperations(context, () => batches++ === 1)
    await abortOperation(context, { operationId })
    ledger.clock.advance(20_000)
    await runDueOperations(context)
    expect((await getOperation(context, { operationId })).operation).toMatchObject({ status: 'aborted', changed: 250 })
    expect(await statusesOf(ledger)).toEqual({ cancelled: 250, queued: 350 })
    expect(await codeOf(abortOperation(context, { operationId }))).toBe('invalid_transition')
    expect(await codeOf(abortOperation(context, { operationId: 'none' }))).toBe('not_found')
    expect(await operationEvents(ledger)).toEqual(['operation.aborted', 'operation.started', 'operation.aborted'])
  })

  it('goes on in another instance, and two at once do each task once', async () => {
    const ledger = await open()
    const ids = await createMany(ledger, 600)
    const { id: operationId } = await runOperation(ledger.context, { action: 'note', ids, reason })
    let batches = 0
    await runDueOperations(ledger.context, () => batches++ === 1)
    const others = [await ledger.another(), await ledger.another()]
    await Promise.all(others.map((db) => runDueOperations(ledger.contextOf({ db }))))
    await runDueOperations(ledger.context)
    const { operation } = await getOperation(ledger.context, { operationId })
    expect(operation).toMatchObject({ status: 'done', changed: 600, failed: 0 })
    const [notes] = await ledger.sql(`SELECT COUNT(*) AS count FROM task_events WHERE type = 'task.noted'`)
    expect(Number(notes?.count)).toBe(600)
  })

  it('gives up the one task over which the program fails, does the rest, and takes it up again when told', async () => {
    const ledger = await open()
    const { context } = ledger
    const ids = await createMany(ledger, 20)
    const [, broken = ''] = ids
    // An instant beyond what a date can be breaks the answer of any act on this task.
    await ledger.sql(`UPDATE task_history SET created_at = 8640000000000001 WHERE id = '${broken}'`)
    const { id: operationId } = await runOperation(context, { action: 'cancel', ids, reason })
    expect(await codeOf(retryOperation(context, { operationId }))).toBe('invalid_transition')
    await runDueOperations(context)
    const { operation } = await getOperation(context, { operationId })
    expect(operation).toMatchObject({ status: 'done', changed: 19, skipped: 0, failed: 1 })
    expect(operation.leftAlone).toMatchObject([{ result: 'failed', code: 'internal', example: { taskId: broken } }])
    await ledger.sql(`UPDATE task_history SET created_at = 1 WHERE id = '${broken}'`)
    const again = await retryOperation(context, { operationId })
    expect(again).toMatchObject({ action: 'cancel', retryOf: operationId, total: 1, reason })
    await runDueOperations(context)
    expect((await getOperation(context, { operationId: again.id })).operation).toMatchObject({ changed: 1 })
    expect(await statusesOf(ledger)).toEqual({ cancelled: 20 })
    expect((await refusal(retryOperation(context, { operationId: again.id }))).message).toBe(
      'no task of the operation failed',
    )
  })

  it('ordered twice under one id is one act, and another act under that id is refused', async () => {
    const ledger = await open()
    const ids = await createMany(ledger, 3)
    const order = { id: freshId('operation'), action: 'note' as const, ids, reason }
    const [first, second] = await Promise.all([1, 2].map(() => runOperation(ledger.context, order)))
    expect(second).toEqual(first)
    expect(await rowsOf(ledger, 'operations')).toHaveLength(1)
    const inAnotherOrder = await runOperation(ledger.context, { ...order, ids: ids.toReversed() })
    expect(inAnotherOrder.createdAt).toBe(first?.createdAt)
    const others = [
      { action: 'fail' as const },
      { ids: ids.slice(1) },
      { ids: undefined, filter: { status: ['queued' as const] } },
      { reason: 'another' },
    ]
    for (const other of others) {
      expect(await codeOf(runOperation(ledger.context, { ...order, ...other }))).toBe('duplicate_task')
    }
    const grace = ledger.contextOf({ actor: { kind: 'person', name: 'grace', role: 'operator' } })
    expect(await codeOf(runOperation(grace, order))).toBe('duplicate_task')
    expect(await rowsOf(ledger, 'operations')).toHaveLength(1)
  })

  it('counts what a filter matches as the list would show it, up to a limit, and what acts on the outside world', async () => {
    const ledger = await open()
    await createMany(ledger, 5)
    await createTask(ledger.context, taskOf({ repo: 'acme/api', sideEffects: true }))
    const { ref } = await begin(ledger, { repo: 'acme/api' })
    await finish(ledger, ref)
    ledger.clock.advance(25 * 3_600_000)
    expect(await countMatching(ledger.context, { repo: 'acme/api' }, 100)).toBe(6)
    expect(await countMatching(ledger.context, { repo: 'acme/api' }, 4)).toBe(4)
    const order = { action: 'note' as const, filter: { repo: 'acme/api' }, reason }
    expect(await runOperation(ledger.context, order)).toMatchObject({ total: 6, sideEffects: 1 })
    expect(await runOperation(ledger.context, { ...order, dryRun: true })).toMatchObject({ total: 6, sideEffects: 1 })
  })

  it('masks a secret in its reason, there and on the tasks', async () => {
    const ledger = await open()
    const [taskId = ''] = await createMany(ledger, 1)
    const order = { action: 'hold' as const, ids: [taskId], reason: 'used password=hunter2hunter2 there' }
    const { reason: kept } = await runOperation(ledger.context, order)
    expect(kept).not.toContain('hunter2')
    await runDueOperations(ledger.context)
    expect(JSON.stringify(await eventsOf(ledger, taskId))).not.toContain('hunter2')
  })

  it('over nothing is over at once', async () => {
    const ledger = await open()
    const made = await runOperation(ledger.context, { action: 'fail', filter: { repo: 'none' }, reason })
    expect(made).toMatchObject({ status: 'done', total: 0 })
    expect(made.finishedAt).not.toBeNull()
  })
})
