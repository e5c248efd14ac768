import { Buffer } from 'node:buffer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutputMessage } from '#lib/task/commands.ts'
import type { Stream } from '#lib/task/schema.ts'
import { createClient } from '#lib/worker/client.ts'
import { Outbox, slicesOf } from '#lib/worker/outbox.ts'
import { memoryStore } from '#lib/worker/store/memory.ts'
import { eventually } from '../support/eventually.ts'
import { type FakeLedger, LOST, problem, startFakeLedger } from '../support/fake-ledger.ts'

let ledger: FakeLedger
let attempt: number
/** What the ledger took, in the order in which it did, and up to which number. */
let taken: OutputMessage[]
let highest: Record<Stream, number>

beforeEach(async () => {
  attempt = 1
  taken = []
  highest = { stdout: 0, stderr: 0 }
  ledger = await startFakeLedger({ appendOutput: (input) => take(input.messages as OutputMessage[]) })
})
afterEach(() => ledger.stop())

/** As the ledger does: duplicates are acked again, nothing is taken from behind a gap unless a marker bridges it. */
function take(messages: readonly OutputMessage[]) {
  const acked: string[] = []
  for (const message of messages) {
    const first = message.dropped?.from ?? message.sequence
    if (message.sequence <= highest[message.stream]) acked.push(message.id)
    else if (first <= highest[message.stream] + 1) {
      highest[message.stream] = message.sequence
      taken.push(message)
      acked.push(message.id)
    }
  }
  return { acked, highest }
}

function outboxOf(options: Partial<ConstructorParameters<typeof Outbox>[0]> = {}): Outbox {
  const client = createClient({ url: ledger.url, token: 't' })
  const send = (messages: OutputMessage[]) =>
    client.call('appendOutput', { taskId: 'task-1', workerId: 'worker-1', attempt, messages })
  return new Outbox({ send, ...options })
}

const textOf = (stream: Stream) =>
  taken
    .filter((message) => message.stream === stream)
    .map((message) => message.data)
    .join('')

describe('the outbox', () => {
  test('numbers each stream from 1 and keeps the order between them', async () => {
    const outbox = outboxOf()
    outbox.append('stdout', 'a')
    outbox.append('stderr', 'b')
    outbox.append('stdout', 'c')
    await outbox.flush()
    expect(taken.map(({ stream, sequence, data }) => [stream, sequence, data])).toEqual([
      ['stdout', 1, 'a'],
      ['stderr', 1, 'b'],
      ['stdout', 2, 'c'],
    ])
    expect(outbox.waiting).toBe(0)
  })

  test('joins what comes within 100 ms into one message, and sends it without being asked', async () => {
    const outbox = outboxOf()
    for (let line = 0; line < 500; line++) outbox.append('stdout', `${line}\n`)
    await eventually('the output arrived', () => outbox.waiting === 0)
    expect(taken).toHaveLength(1)
    expect(textOf('stdout').split('\n')).toHaveLength(501)
  })

  test('sends 16 KiB at once, and never more than 64 KiB in one message', async () => {
    const outbox = outboxOf()
    outbox.append('stdout', 'x'.repeat(200 * 1024))
    await outbox.flush()
    expect(taken.map(({ data }) => data.length)).toEqual([65536, 65536, 65536, 8192])
  })

  test('sends the same messages again when the answer was lost, and the ledger has them once', async () => {
    let answers = 0
    ledger.on({
      appendOutput: (input) => {
        const answer = take(input.messages as OutputMessage[])
        return answers++ === 0 ? LOST : answer
      },
    })
    const outbox = outboxOf()
    outbox.append('stdout', 'once')
    await outbox.flush()
    expect(textOf('stdout')).toBe('once')
    const [first, second] = ledger.inputs('appendOutput')
    expect(second?.messages).toEqual(first?.messages)
  })

  test('waits as long as a 503 asks for with Retry-After, then delivers in order', async () => {
    let refusedAt = 0
    let deliveredAt = 0
    ledger.on({
      appendOutput: (input) => {
        if (refusedAt === 0) {
          refusedAt = performance.now()
          return problem('unavailable', 'starting', {}, { 'retry-after': '1' })
        }
        deliveredAt = performance.now()
        return take(input.messages as OutputMessage[])
      },
    })
    const outbox = outboxOf()
    for (const text of ['a', 'b', 'c']) {
      outbox.append('stdout', text)
      outbox.append('stderr', text)
    }
    await outbox.flush()
    expect(deliveredAt - refusedAt).toBeGreaterThanOrEqual(990)
    expect([textOf('stdout'), textOf('stderr')]).toEqual(['abc', 'abc'])
  })

  test('sends again from where the ledger lost it', async () => {
    ledger.on({ appendOutput: () => ({ acked: [], highest: { stdout: 0, stderr: 0 } }) })
    const outbox = outboxOf()
    outbox.append('stdout', 'a')
    outbox.append('stderr', '!')
    outbox.append('stdout', 'b')
    await eventually('two refused deliveries', () => ledger.inputs('appendOutput').length >= 2)
    ledger.on({ appendOutput: (input) => take(input.messages as OutputMessage[]) })
    await outbox.flush()
    expect([textOf('stdout'), textOf('stderr')]).toEqual(['ab', '!'])
  })

  test('bridges a gap that it cannot fill with a marker', async () => {
    const outbox = outboxOf()
    outbox.append('stdout', 'acked')
    await outbox.flush()
    // The ledger was restored from a backup.
    highest = { stdout: 0, stderr: 0 }
    taken = []
    outbox.append('stdout', 'later')
    await outbox.flush()
    expect(taken).toMatchObject([{ sequence: 2, data: 'later', dropped: { from: 1, to: 1 } }])
  })

  test('takes what lies below the highest number for delivered', async () => {
    highest = { stdout: 1, stderr: 0 }
    ledger.on({ appendOutput: () => ({ acked: [], highest: { stdout: 1, stderr: 0 } }) })
    const outbox = outboxOf()
    outbox.append('stdout', 'a')
    await outbox.flush()
    expect(outbox.waiting).toBe(0)
  })

  test('drops the oldest over its cap and says how much is gone', async () => {
    ledger.on({ appendOutput: () => problem('unavailable', 'down') })
    const outbox = outboxOf({ store: memoryStore(150_000) })
    const parts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(65_536))
    for (const part of parts) outbox.append('stdout', part)
    await eventually('a refused delivery', () => ledger.inputs('appendOutput').length > 0)
    ledger.on({ appendOutput: (input) => take(input.messages as OutputMessage[]) })
    await outbox.flush()
    expect(taken.map(({ sequence, data }) => [sequence, data[0]])).toEqual([
      [3, 'c'],
      [4, 'd'],
    ])
    expect(taken[0]?.dropped).toEqual({ from: 1, to: 2, bytes: 131_072 })
    expect(outbox.waiting).toBe(0)
  })

  test('gives up the one message that the ledger cannot take, and delivers the rest', async () => {
    ledger.on({
      appendOutput: (input) => {
        const messages = input.messages as OutputMessage[]
        return messages.some(({ data }) => data.includes('bad')) ? problem('validation', 'no') : take(messages)
      },
    })
    const outbox = outboxOf()
    for (const text of ['one', 'bad', 'three']) {
      outbox.append('stdout', text)
      outbox.append('stderr', '.')
    }
    await outbox.flush()
    expect(textOf('stdout')).toBe('onethree')
    expect(taken.find(({ data }) => data === 'three')?.dropped).toMatchObject({ from: 2, to: 2 })
  })

  test('keeps what comes after a refusal and delivers all of it under the next attempt, numbered from 1', async () => {
    ledger.on({ appendOutput: () => problem('fence_rejected', 'attempt 1 is not the current one') })
    const refusals: string[] = []
    const outbox = outboxOf({ onRefused: (sentence) => refusals.push(sentence) })
    outbox.append('stdout', 'before ')
    await outbox.flush()
    outbox.append('stdout', 'after')
    await outbox.flush()
    expect(refusals).toEqual(['attempt 1 is not the current one'])
    ledger.on({ appendOutput: (input) => take(input.messages as OutputMessage[]) })
    attempt = 2
    outbox.restart()
    await outbox.flush()
    expect(taken.map(({ sequence, data }) => [sequence, data])).toEqual([
      [1, 'before '],
      [2, 'after'],
    ])
    expect(ledger.inputs('appendOutput').at(-1)?.attempt).toBe(2)
  })

  test('keeps a request under the limit of a body, whatever escapes the text needs', async () => {
    ledger.on({ appendOutput: () => problem('unavailable', 'down') })
    const outbox = outboxOf()
    const text = '\u0001'.repeat(1_000_000)
    outbox.append('stdout', text)
    const sizes: number[] = []
    ledger.on({
      appendOutput: (input) => {
        sizes.push(Buffer.byteLength(JSON.stringify(input)))
        return take(input.messages as OutputMessage[])
      },
    })
    await outbox.flush()
    expect(textOf('stdout')).toBe(text)
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024)
  })
})

describe('cutting text', () => {
  test('cuts between characters, at most so many bytes a piece', () => {
    const text = 'aé€😀'.repeat(20)
    const pieces = [...slicesOf(text, 7)]
    expect(pieces.join('')).toBe(text)
    expect(pieces.every((piece) => Buffer.byteLength(piece) <= 7 && !piece.includes('\ufffd'))).toBe(true)
  })
})
