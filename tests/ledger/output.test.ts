import { describe, expect, it } from 'vitest'
import { appendOutput, getTask, readOutput } from '#lib/ledger/index.ts'
import { sortMessages } from '#lib/ledger/worker/output.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import { START_MS } from '../support/clock.ts'
import { begin, codeOf, eventTypes, type Ref } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf, snapshot } from '../support/ledger.ts'

type Stream = OutputMessage['stream']

function message(sequence: number, changes: Partial<OutputMessage> = {}): OutputMessage {
  const stream = changes.stream ?? 'stdout'
  return { id: `${stream}-${sequence}`, stream, sequence, data: `${stream} ${sequence}\n`, ...changes }
}

const none: Record<Stream, number> = { stdout: 0, stderr: 0 }

describe('the order of messages', () => {
  it('is that in which they were sent, across the two streams', () => {
    const messages = [message(1), message(1, { stream: 'stderr' }), message(2)]
    const { fresh, highest } = sortMessages(messages, none)
    expect(fresh).toEqual(messages)
    expect(highest).toEqual({ stdout: 2, stderr: 1 })
  })

  it('leaves one that came too early to be sent again', () => {
    const { fresh, acked, highest } = sortMessages([message(2), message(1)], none)
    expect({ fresh, acked }).toEqual({ fresh: [message(1)], acked: ['stdout-1'] })
    expect(highest.stdout).toBe(1)
  })

  it('takes a duplicate for what is here already: acked, not stored', () => {
    const sorted = sortMessages([message(1), message(2), message(3)], { stdout: 2, stderr: 0 })
    expect(sorted.fresh.map(({ sequence }) => sequence)).toEqual([3])
    expect(sorted.acked).toEqual(['stdout-1', 'stdout-2', 'stdout-3'])
    const twice = sortMessages([message(1), message(1, { id: 'other', data: 'x' })], none)
    expect(twice.fresh).toEqual([message(1)])
    expect(twice.acked).toEqual(['stdout-1', 'other'])
  })

  it('takes nothing from behind a gap, and names the highest it has', () => {
    const { fresh, acked, highest } = sortMessages([message(2), message(3)], none)
    expect({ fresh, acked, highest }).toEqual({ fresh: [], acked: [], highest: none })
  })

  it('holds one stream up for its own gap only', () => {
    const { fresh } = sortMessages([message(2), message(1, { stream: 'stderr' })], none)
    expect(fresh.map(({ id }) => id)).toEqual(['stderr-1'])
  })

  it('goes on behind a gap that a marker explains, whole or in part', () => {
    const dropped = { from: 2, to: 4, bytes: 9 }
    expect(sortMessages([message(1), message(5, { dropped })], none).highest.stdout).toBe(5)
    expect(sortMessages([message(5, { dropped })], { stdout: 3, stderr: 0 }).highest.stdout).toBe(5)
    expect(sortMessages([message(5, { dropped })], none).fresh).toEqual([])
    expect(sortMessages([message(5, { dropped })], { stdout: 5, stderr: 0 }).fresh).toEqual([])
  })
})

forEachDialect('appendOutput', (open) => {
  const send = ({ context }: Ledger, ref: Ref, messages: OutputMessage[]) => appendOutput(context, { ...ref, messages })

  it('stores what came in the order in which it came, and acks it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const answer = await send(ledger, ref, [message(1), message(1, { stream: 'stderr' }), message(2)])
    expect(answer).toEqual({ acked: ['stdout-1', 'stderr-1', 'stdout-2'], highest: { stdout: 2, stderr: 1 } })
    await ledger.reopen()
    const { chunks, nextAfter } = await readOutput(ledger.context, { taskId: ref.taskId })
    expect(chunks.map(({ data }) => data).join('')).toBe('stdout 1\nstderr 1\nstdout 2\n')
    expect(nextAfter).toBeNull()
  })

  it('is the same when it is sent twice, or twice at once', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const messages = [message(1), message(2)]
    const first = await send(ledger, ref, messages)
    const before = await snapshot(ledger)
    expect(await Promise.all([send(ledger, ref, messages), send(ledger, ref, messages)])).toEqual([first, first])
    expect(await snapshot(ledger)).toEqual(before)
  })

  it('keeps one of two payloads with one sequence: the first', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, [message(1)])
    expect((await send(ledger, ref, [message(1, { id: 'other', data: 'x' })])).acked).toEqual(['other'])
    expect(await rowsOf(ledger, 'task_output')).toMatchObject([{ data: 'stdout 1\n', message_id: 'stdout-1' }])
  })

  it('answers a gap with the highest it has, and takes the rest once that was sent', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, [message(1)])
    expect(await send(ledger, ref, [message(3)])).toEqual({ acked: [], highest: { stdout: 1, stderr: 0 } })
    expect((await send(ledger, ref, [message(2), message(3)])).highest.stdout).toBe(3)
  })

  it('keeps the marker of what was dropped beside the message behind it', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const dropped = { from: 1, to: 6, bytes: 4096 }
    await send(ledger, ref, [message(7, { dropped })])
    const { chunks } = await readOutput(ledger.context, { taskId: ref.taskId })
    expect(chunks).toMatchObject([{ sequence: 7, dropped }])
  })

  it('counts bytes, not letters, and shows that the attempt gets on', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    ledger.clock.advance(7000)
    await send(ledger, ref, [message(1, { data: 'é😀' }), message(2, { data: 'plain' })])
    const { task, attempts } = await getTask(ledger.context, { taskId: ref.taskId })
    expect(attempts[0]?.outputBytes).toBe(6 + 5)
    expect(task.progressAt).toBe(new Date(START_MS + 7000).toISOString())
  })

  it('does not take a duplicate for getting on', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    await send(ledger, ref, [message(1)])
    ledger.clock.advance(7000)
    await send(ledger, ref, [message(1)])
    expect(await rowsOf(ledger, 'task_attempts')).toMatchObject([{ progress_at: START_MS }])
  })

  it('of many tasks in one call keeps them apart', async () => {
    const ledger = await open()
    const refs = [(await begin(ledger)).ref, (await begin(ledger)).ref]
    const commands = refs.map((ref, index) => ({ ...ref, messages: [message(1, { data: `task ${index}` })] }))
    await appendOutput.many(ledger.context, commands)
    for (const [index, { taskId }] of refs.entries()) {
      const { chunks } = await readOutput(ledger.context, { taskId })
      expect(chunks.map(({ data }) => data)).toEqual([`task ${index}`])
    }
  })

  it('is refused for a task that does not exist', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    expect(await codeOf(send(ledger, { ...ref, taskId: 'no-task' }, [message(1)]))).toBe('not_found')
    expect(await eventTypes(ledger, ref.taskId)).not.toContain('task.refused')
  })
})

forEachDialect('readOutput', (open) => {
  it('goes on from a position, filters by stream and attempt, and says where the next page begins', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const messages = [1, 2, 3].flatMap((sequence) => [message(sequence), message(sequence, { stream: 'stderr' })])
    await appendOutput(ledger.context, { ...ref, messages })
    const { taskId } = ref
    const first = await readOutput(ledger.context, { taskId, limit: 4 })
    const second = await readOutput(ledger.context, { taskId, limit: 4, after: first.nextAfter ?? 0 })
    const all = [...first.chunks, ...second.chunks]
    expect(all.map(({ id }) => id).sort()).toEqual(messages.map(({ id }) => id).sort())
    expect(second.nextAfter).toBeNull()
    const errors = await readOutput(ledger.context, { taskId, stream: 'stderr' })
    expect(errors.chunks.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    expect((await readOutput(ledger.context, { taskId, attempt: 2 })).chunks).toEqual([])
    expect(await codeOf(readOutput(ledger.context, { taskId: 'no-task' }))).toBe('not_found')
  })
})
