import { afterEach, describe, expect, it } from 'vitest'
import { createTask, noteTask, startTail, type Tail } from '#lib/ledger/index.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import { eventually } from '../support/eventually.ts'
import { begin, codeOf, finish, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, ledgerOn } from '../support/ledger.ts'

const tails: Tail[] = []
afterEach(() => {
  for (const tail of tails.splice(0)) tail.close()
})

function tailOf({ context }: Pick<Ledger, 'context'>): Tail {
  const tail = startTail(context)
  tails.push(tail)
  return tail
}

/** What a subscriber hears, in the order in which it hears it. */
async function listen(tail: Tail, after?: string): Promise<{ heard: TaskEvent[]; stop: () => void }> {
  const heard: TaskEvent[] = []
  const stop = await tail.subscribe(after, (events) => heard.push(...events))
  return { heard, stop }
}

const BEGINNING = '0.0'

forEachDialect('the stream of events', (open) => {
  it('tells what happens from now on, in order, and nothing twice', async () => {
    const ledger = await open()
    const { heard } = await listen(tailOf(ledger))
    const { ref } = await begin(ledger)
    await finish(ledger, ref)
    const own = () => heard.filter(({ taskId }) => taskId === ref.taskId).map(({ type }) => type)
    await eventually('the end is heard of', () => own().includes('task.finished'))
    expect(own()).toEqual(['task.created', 'task.started', 'task.finished'])
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length)
  })

  it('catches up from a cursor without a hole, page after page, and then goes on', async () => {
    const ledger = await open()
    await createTask.many(
      ledger.context,
      Array.from({ length: 1300 }, () => taskOf()),
    )
    const first = await listen(tailOf(ledger), BEGINNING)
    await eventually('all of it', () => first.heard.length === 1300)
    const middle = first.heard[699]?.id
    const second = await listen(tailOf(ledger), middle)
    await eventually('the rest', () => second.heard.length === 600)
    expect(second.heard).toEqual(first.heard.slice(700))
    const { id } = await createTask(ledger.context, taskOf())
    await eventually('the newest', () => second.heard.at(-1)?.taskId === id && first.heard.at(-1)?.taskId === id)
  })

  it('feeds many subscribers, each from its own place', async () => {
    const ledger = await open()
    const tail = tailOf(ledger)
    const tasks = await createTask.many(ledger.context, [taskOf(), taskOf(), taskOf()])
    expect(tasks).toHaveLength(3)
    const all = await listen(tail, BEGINNING)
    await eventually('all three', () => all.heard.length === 3)
    const some = await listen(tail, all.heard[1]?.id)
    await eventually('the last one', () => some.heard.length === 1)
    all.stop()
    const { id } = await createTask(ledger.context, taskOf())
    await eventually('the next one', () => some.heard.some(({ taskId }) => taskId === id))
    expect(all.heard).toHaveLength(3)
  })

  it('hears what another instance wrote', async () => {
    const ledger = await open()
    const { heard } = await listen(tailOf(ledger), BEGINNING)
    const { id } = await createTask(ledger.contextOf({ db: await ledger.another() }), taskOf())
    await eventually('it is heard of', () => heard.some(({ taskId }) => taskId === id))
  })

  it('refuses a cursor that is none of its own', async () => {
    const ledger = await open()
    for (const after of ['', '1', 'x.y', '1.2.3', '-1.0', '1.99999999999999999999']) {
      expect(await codeOf(listen(tailOf(ledger), after))).toBe('validation')
    }
  })

  it('is quiet once it is closed', async () => {
    const ledger = await open()
    const tail = tailOf(ledger)
    const { heard } = await listen(tail, BEGINNING)
    tail.close()
    const other = await listen(tailOf(ledger), BEGINNING)
    await createTask(ledger.context, taskOf())
    await eventually('another one hears it', () => other.heard.length > 0)
    expect(heard).toEqual([])
  })

  it('outlives a listener that throws, and feeds the others', async () => {
    const ledger = await open()
    const tail = tailOf(ledger)
    await tail.subscribe(BEGINNING, () => {
      throw new Error('its connection is gone')
    })
    const { heard } = await listen(tail, BEGINNING)
    await createTask(ledger.context, taskOf())
    await eventually('it is heard of', () => heard.length === 1)
  })
})

describe('the stream of events, on postgresql', () => {
  const open = ledgerOn('postgresql')

  it('leaves out nothing that two writers commit in the other order of their ids', async () => {
    const ledger = await open()
    const { id } = await createTask(ledger.context, taskOf())
    const { heard } = await listen(tailOf(ledger), BEGINNING)
    await eventually('the first', () => heard.length === 1)
    // A transaction by hand takes its ids first, and commits last.
    await ledger.sql('BEGIN')
    await ledger.sql(
      `INSERT INTO task_events (type, task_id, actor_kind, actor_name, at) VALUES ('task.noted', '${id}', 'system', 'early', 1)`,
    )
    await noteTask(ledger.context, { taskId: id, text: 'late' })
    await ledger.sql('COMMIT')
    await noteTask(ledger.context, { taskId: id, text: 'last' })
    await eventually('all of them', () => heard.length === 4)
    expect(heard.map(({ actor, reason }) => reason ?? actor.name)).toEqual(['ada', 'early', 'late', 'last'])
  })

  it('is without a hole or a double while four writers write', async () => {
    const ledger = await open()
    const contexts = [ledger.context, ledger.contextOf({ db: await ledger.another() })]
    const { heard } = await listen(tailOf(ledger), BEGINNING)
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 25; round += 1) await createTask(contexts[writer % 2] ?? ledger.context, taskOf())
    })
    await Promise.all(writers)
    await eventually('a hundred', () => heard.length >= 100)
    expect(heard).toHaveLength(100)
    expect(new Set(heard.map(({ taskId }) => taskId)).size).toBe(100)
  })
})
