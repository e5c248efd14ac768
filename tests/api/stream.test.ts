/** The stream of events: in order, soon, without a gap or a double, and no harm from those who read slowly. */
import { describe, expect, it } from 'vitest'
import { listen, type Message } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { freshId, taskOf } from '../support/factories.ts'
import { DIALECTS, type DialectName } from '../support/ledger.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { openWire } from '../support/wire.ts'

const BEGINNING = '0.0'
const SOON_MS = 1000

/** Whether all that is in the history can be told by now. */
async function isSettled(stage: Stage, dialect: DialectName): Promise<boolean> {
  if (dialect === 'sqlite') return true
  const rows = await stage.sql('SELECT MAX(transaction_id) < ledger_settled() AS settled FROM task_events')
  return rows[0]?.settled === true
}

/** The place of an event, so that places compare as numbers do. */
function placeOf(id: string): number[] {
  return id.split('.').map(Number)
}

function isAfter(id: string, former: string): boolean {
  const [transaction = 0, number = 0] = placeOf(id)
  const [formerTransaction = 0, formerNumber = 0] = placeOf(former)
  return transaction > formerTransaction || (transaction === formerTransaction && number > formerNumber)
}

/** Every event on record, by the history of each task. */
async function history({ admin }: Stage, taskIds: readonly string[]): Promise<string[]> {
  const pages = taskIds.map(async (taskId) => (await admin.call('listEvents', { taskId, limit: 500 })).events)
  return (await Promise.all(pages)).flat().map(({ id }) => id)
}

describe.each(DIALECTS)('the stream of events, on %s', (dialect) => {
  const open = openStage(dialect)

  it('brings what happens, in its order, within a second', async () => {
    const stage = open()
    const stream = await listen(stage.server)
    const { task, ref } = await stage.begin()
    const actedMs = performance.now()
    await stage.admin.call('reportProgress', { ...ref, phase: 'planning' })
    await stage.admin.call('noteTask', { taskId: task.id, text: 'Seen.' })
    await stage.admin.call('finishAttempt', { ...ref, messageId: `done-${task.id}`, outcome: 'success' })
    await eventually('nobody writes any more who began before', () => isSettled(stage, dialect), 45_000)
    const settledMs = performance.now()
    const messages = await stream.until(({ event }) => event.taskId === task.id, 5)
    expect(messages.map(({ type }) => type)).toEqual([
      'task.created',
      'task.started',
      'task.progress',
      'task.noted',
      'task.finished',
    ])
    // On PostgreSQL it waits for whoever writes to the same cluster for long, as other tests do.
    const waitedMs = dialect === 'sqlite' ? 0 : settledMs - actedMs
    expect((messages.at(-1)?.arrivedMs ?? 0) - actedMs - waitedMs).toBeLessThan(SOON_MS)
    expect(messages.every(({ id }, index) => index === 0 || isAfter(id, messages[index - 1]?.id ?? id))).toBe(true)
    stream.close()
  })

  it('brings the events of one task when it is asked for one', async () => {
    const stage = open()
    const [one, other] = [await stage.begin(), await stage.begin()]
    const stream = await listen(stage.server, { task: one.task.id })
    for (const { task } of [other, one, other]) {
      await stage.admin.call('noteTask', { taskId: task.id, text: 'Seen.' })
    }
    await stream.until(({ event }) => event.type === 'task.noted')
    await stage.admin.call('cancelTask', { taskId: one.task.id, reason: 'enough' })
    await stream.until(({ event }) => event.type === 'task.cancel_requested')
    expect(new Set(stream.messages.map(({ event }) => event.taskId))).toEqual(new Set([one.task.id]))
    // What was committed a moment before may come as well, while others still write; never the other way round.
    expect(stream.messages.slice(-2).map(({ type }) => type)).toEqual(['task.noted', 'task.cancel_requested'])
    stream.close()
  })

  it('begins after the event that is named, by header before query', async () => {
    const stage = open()
    const { id: taskId } = await stage.create()
    const noted: string[] = []
    for (const text of ['one', 'two', 'three']) {
      noted.push((await stage.admin.call('noteTask', { taskId, text })).event.id)
    }
    const [first = '', second = '', third = ''] = noted
    const byQuery = await listen(stage.server, { task: taskId, after: first })
    expect((await byQuery.until(() => true, 2)).map(({ id }) => id)).toEqual([second, third])
    const byHeader = await listen(stage.server, { task: taskId, after: first, lastEventId: second })
    expect((await byHeader.until(() => true)).map(({ id }) => id)).toEqual([third])
    byQuery.close()
    byHeader.close()
  })

  it('loses and repeats nothing to a reader who comes and goes while eight write', async () => {
    const stage = open()
    const tasks = await Promise.all(Array.from({ length: 8 }, () => stage.create()))
    const ids = tasks.map(({ id }) => id)
    const writing = Promise.all(
      ids.map(async (taskId) => {
        for (let count = 0; count < 63; count += 1)
          await stage.admin.call('noteTask', { taskId, text: `note ${count}` })
      }),
    )
    const total = 8 * (1 + 63)
    const read: Message[] = []
    const isWanted = ({ event }: Message) => ids.includes(event.taskId ?? '')
    for (let visit = 0; read.filter(isWanted).length < total; visit += 1) {
      const stream = await listen(stage.server, { lastEventId: read.at(-1)?.id ?? BEGINNING })
      const left = total - read.filter(isWanted).length
      await stream.until(isWanted, Math.min(1 + ((visit * 7) % 23), left))
      stream.close()
      read.push(...stream.messages)
    }
    await writing
    const seen = read.filter(isWanted).map(({ id }) => id)
    expect(seen).toHaveLength(total)
    expect(new Set(seen).size).toBe(total)
    expect(seen.every((id, index) => index === 0 || isAfter(id, seen[index - 1] ?? id))).toBe(true)
    expect(seen.toSorted()).toEqual((await history(stage, ids)).toSorted())
  })

  it('is read by many at once without a warning', async () => {
    const stage = open()
    const streams = await Promise.all(Array.from({ length: 40 }, () => listen(stage.server)))
    const { id } = await stage.create()
    await Promise.all(streams.map((stream) => stream.until(({ event }) => event.taskId === id)))
    for (const stream of streams) stream.close()
    expect(stage.server.stderr()).toBe('')
  })
})

describe('a reader who does not read', () => {
  const open = openStage()

  it('is cut off, and finds the rest when it comes back', async () => {
    const stage = open()
    const { id: workerId } = await stage.hire()
    const tasks = Array.from({ length: 640 }, () => taskOf({ start: { workerId } }))
    await stage.admin.call('createTasks', { tasks })
    const wire = await openWire(stage.server)
    wire.write('GET /api/v1/events/stream HTTP/1.1\r\nhost: 127.0.0.1\r\n')
    wire.write(`authorization: Bearer ${stage.server.adminToken}\r\n\r\n`)
    await wire.untilAnswered()
    wire.socket.pause()
    // Six bytes a sign in an event: enough to fill what the system keeps for a connection, and the server's limit on top.
    const reason = '\u0001'.repeat(4000)
    for (let start = 0; start < tasks.length; start += 40) {
      const completions = tasks.slice(start, start + 40).map(({ id: taskId = '' }) => ({
        ...{ taskId, workerId, attempt: 1, messageId: freshId('message'), outcome: 'success', reason },
      }))
      await stage.admin.call('finishAttempts', { completions })
    }
    // A socket that does not read learns only by writing that nobody is there; empty lines mean nothing to the server.
    await eventually('it is cut off', () => {
      wire.write('\r\n')
      return wire.socket.destroyed
    })
    const finished = /^id: (\S+)\nevent: task\.finished$/gm
    const ids = [...wire.received().matchAll(finished)].map(([, id = '']) => id)
    expect(ids.length).toBeLessThan(tasks.length)
    // The last one may have been cut in two. All of the rest comes on one stream: a long way behind is not slow.
    const stream = await listen(stage.server, { lastEventId: ids.at(-2) ?? BEGINNING })
    const count = tasks.length - Math.max(0, ids.length - 1)
    const rest = await stream.until(({ type }) => type === 'task.finished', count)
    expect(new Set([...ids, ...rest.map(({ id }) => id)]).size).toBe(tasks.length)
    expect(stage.server.stderr()).toBe('')
    stream.close()
  })
})
